import { isTrue, toNumber, type Value } from "./values.ts";

/** What awk's operators give for numbers. */
export function calculated(operator: string, one: number, other: number): number {
  switch (operator) {
    case "+":
      return one + other;
    case "-":
      return one - other;
    case "*":
      return one * other;
    case "/":
      return one / other;
    case "%":
      return one % other;
    default:
      return one ** other;
  }
}

export function unary(operator: string, value: Value): number {
  if (operator === "!") return isTrue(value) ? 0 : 1;
  return operator === "-" ? -toNumber(value) : toNumber(value);
}

/** What a comparison says of an order (negative: the left is less). */
export function compared(operator: string, order: number): boolean {
  switch (operator) {
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
    case "==":
      return order === 0;
    default:
      return order !== 0;
  }
}
