import { join } from 'node:path'
import { getRawAsset } from 'node:sea'
import { keepCode, readCode, runCompiled, unpacked } from './adapters/compiled/index.ts'
import { streamWell } from './cli/streaming.ts'

/** A folder where V8's code is kept after each run, whatever became of it: only of an executable that is run for that. */
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
      return bytes.toString()
    },
    // Nothing lies below a file: it is for those who read where a fault was. V8 keeps the name in its code, where the folder
    // of the machine that made it has no place.
    path: name => join(trained ? '/sealift' : process.execPath, name),
    require,
    ...(trained
      ? { code: readCode(trained), atEnd: ({ code }) => keepCode(trained, code) }
      : { code: asset(kind) }),
  },
  'main.cjs',
)
