/**
 * A run of a program that is made once per set of arguments: most tests look at the same one, from
 * different sides, and none changes it.
 */
export function remembered<Args extends readonly unknown[], Result>(
  run: (...args: Args) => Promise<Result>,
): (...args: Args) => Promise<Result> {
  const results = new Map<string, Promise<Result>>();
  return (...args) => {
    const key = JSON.stringify(args);
    const result = results.get(key) ?? run(...args);
    results.set(key, result);
    return result;
  };
}
