import { join } from 'node:path'
import { getRawAsset } from 'node:sea'
import { keepCode, readCode } from './adapters/compiled/kept-code.ts'
import { unpacked } from './adapters/compiled/pieces.ts'
import { runCompiled } from './adapters/compiled/run.ts'
import { streamWell } from './cli/streaming.ts'

/** A folder where V8's code is kept after each run, whatever became of it: of the one that is run to come by that code. */
declare const trainedIn: string | undefined
/** Node's own, which gives nothing but Node's own. */
declare const require: NodeJS.Require

const asset = (name: string) => unpacked(Buffer.from(getRawAsset(name)))
const program = asset('program')
const kind = streamWell(process.argv[2]) ? 'code-streaming' : 'code'
const trained = trainedIn && join(trainedIn, kind)
runCompiled(
  {
    text: name => {
      const bytes = program.get(name)
      if (bytes === undefined) throw new Error(`${name} is not in this executable`)
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()
    },
    path: () => process.execPath,
    require,
    ...(trained
      ? { code: readCode(trained), keep: (_: number, code) => keepCode(trained, code) }
      : { code: asset(kind) }),
  },
  'main.cjs',
)
