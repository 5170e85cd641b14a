// The plan of the benchmarks: rows of steps, each fed by two of the column before, as large plans look.

export interface BenchStep {
  id: string;
  prompt: string;
  model: string;
  dependsOn: string[];
  x: number;
  y: number;
}

const ROWS = 20;

export function steps(count: number): BenchStep[] {
  return Array.from({ length: count }, (_, index) => {
    const [column, row] = [Math.floor(index / ROWS), index % ROWS];
    const before = (other: number) => `step-${(column - 1) * ROWS + (other % ROWS)}`;
    return {
      id: `step-${index}`,
      prompt: "Test each clause against the playbook and cite the number of every finding.",
      model: "sonnet",
      dependsOn: column === 0 ? [] : [before(row), before(row + 1)],
      x: column * 256,
      y: row * 144,
    };
  });
}

/** How many steps the address asks for. */
export const wanted = Number(new URLSearchParams(location.search).get("steps") ?? 500);
