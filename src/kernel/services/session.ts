/** Opens a session, gives it to `work`, and closes it however that ends. @throws SealiftError what opening throws */
export async function withSession<Login, Session extends { close(): Promise<void> }, T>(
  port: { open(login: Login): Promise<Session> },
  login: Login,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await port.open(login)
  try {
    return await work(session)
  } finally {
    await session.close()
  }
}
