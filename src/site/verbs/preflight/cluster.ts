import { chartMetadata } from '../../../bundle/opening/index.ts'
import {
  type ChartRange,
  judgeCertificate,
  judgeClock,
  judgeVersion,
  notLookedAt,
  ok,
  together,
} from '../../preflight/index.ts'
import type { Grounds } from './grounds.ts'
import type { Check } from './looking.ts'

/** What is asked of the API server. */
export function clusterChecks({ host, cluster, opened, wired }: Grounds): Check[] {
  const { looks, clock } = host
  const group = 'cluster'
  return [
    {
      ...{ id: 'cluster/reach', group, title: 'The Kubernetes API answers' },
      isFault: true,
      async look() {
        const { server, version } = await cluster.own()
        return ok(`${version} at ${server}`)
      },
    },
    {
      ...{ id: 'cluster/version', group, title: 'The cluster’s version is one that the bundle is for' },
      async look() {
        const { version } = await cluster.need()
        const { spec } = await wired.need()
        const bundle = await opened.need()
        const charts = spec.charts.map(async ({ name }): Promise<ChartRange> => {
          const { kubeVersion: range } = await chartMetadata(bundle, name)
          return { name, ...(range === undefined ? {} : { range }) }
        })
        return judgeVersion({ version, rendered: spec.kubernetes, charts: await Promise.all(charts) })
      },
    },
    {
      ...{ id: 'cluster/certificates', group, title: 'Certificates of the API server and of the kubeconfig' },
      async look() {
        const [{ certificate }, client] = await Promise.all([looks.presented(), looks.clientCertificate()])
        const now = clock.now()
        const restart = 'restart K3s on the server: it makes anew what is about to end'
        const held = [
          { pem: certificate, what: "the API server's certificate", renew: restart },
          {
            pem: client,
            what: "the kubeconfig's certificate",
            renew: `${restart}; then copy the kubeconfig again`,
          },
        ]
        const found = held.flatMap(({ pem, ...one }) => (pem ? [judgeCertificate({ pem, ...one }, now)] : []))
        return together(found, ok('neither uses one: plain HTTP, and a token'))
      },
    },
    {
      ...{ id: 'cluster/clock', group, title: 'The API server’s clock and this machine’s agree' },
      async look() {
        const { time } = await looks.presented()
        if (time === undefined) return notLookedAt('its answer has no date')
        return judgeClock(time.server - time.here, "the API server's clock", 'this machine’s')
      },
    },
  ]
}
