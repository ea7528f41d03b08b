import { SealiftError, systemCode } from '../../kernel/errors/index.ts'

const untrusted = /^(?:CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH)/
const plain = /^(?:EPROTO|ERR_SSL_(?:PACKET_LENGTH_TOO_LONG|WRONG_VERSION_NUMBER))$/

/** Hints of the connected host are of no use at a site: what to do there, by what went wrong. Other errors stay. */
export function atSite(error: unknown): unknown {
  if (!(error instanceof SealiftError)) return error
  const hints = hintsFor(error)
  if (hints === undefined) return error
  return new SealiftError(error.code, error.message, { hints, faults: error.faults, cause: error })
}

function hintsFor(error: SealiftError): readonly string[] | undefined {
  if (error.code === 'REGISTRY_DENIED')
    return [
      "the login of load.registry.credentials in site.yaml, or this machine's docker login, must be allowed to push there",
    ]
  if (error.code === 'REGISTRY_FAILED')
    return ['what it says is in its log; the push goes on where it stopped when it is run again']
  if (error.code !== 'REGISTRY_UNREACHABLE') return undefined
  const code = systemCode(error.cause) ?? ''
  if (plain.test(code))
    return ['where it speaks HTTP without TLS, say so in site.yaml: load.registry.plainHttp: true']
  if (untrusted.test(code))
    return ['name the certificate of its CA in site.yaml: load.registry.ca: /etc/ssl/registry-ca.pem']
  return [
    'is load.registry.host in site.yaml right, port included, and can this machine reach it?',
    'HTTPS_PROXY and NO_PROXY count here too',
  ]
}
