import { goTool } from './build.ts'
console.log(await goTool(process.argv[2] as never))
