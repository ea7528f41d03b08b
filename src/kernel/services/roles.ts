/** The comment on a role that Sealift made in PostgreSQL, by which it knows its own. */
export const ownComment = 'Made by Sealift for Infisical'
