import { describe, expect, it } from 'vitest'
import { parseSite } from '../../../../src/kernel/inputs/index.ts'
import { siteUrl } from '../../../../src/site/wire/index.ts'
import { smallSite } from './sites.ts'

describe('siteUrl', () => {
  it('is what the site file says, else the ingress, else the service', () => {
    const small = parseSite(smallSite, 'site.yaml')
    expect(siteUrl(small, 'infisical')).toBe('http://infisical.infisical.svc:8080')
    const ingress = { host: 'infisical.bank.local' }
    expect(siteUrl({ ...small, ingress }, 'infisical')).toBe('http://infisical.bank.local')
    expect(siteUrl({ ...small, ingress: { ...ingress, tlsSecret: 't' } }, 'x')).toBe(
      'https://infisical.bank.local',
    )
    expect(siteUrl({ ...small, url: 'https://secrets.bank/' }, 'x')).toBe('https://secrets.bank')
  })
})
