// People wonder by then whether anything goes on.
const silence = 3_000

/** Waits for answers, each at most `timeout` ms, and says once that none has come for a while; anew only after one did. */
export function toldOfSilence(timeout: number, say: (message: string) => void) {
  let isTold = false
  return async <T>(server: string, answer: Promise<T>): Promise<T> => {
    const timer = setTimeout(() => {
      if (!isTold)
        say(`${server} has not answered for ${silence / 1000} s; it has ${timeout / 1000} s in all`)
      isTold = true
    }, silence)
    try {
      const given = await answer
      isTold = false
      return given
    } finally {
      clearTimeout(timer)
    }
  }
}

/** Lets so many go at once; the others wait, and their time begins with their turn. */
export function turns(most: number) {
  const waiting: (() => void)[] = []
  let running = 0
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running < most) running += 1
    else await new Promise<void>(go => waiting.push(go))
    try {
      return await work()
    } finally {
      // A place is handed on, or given back.
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}
