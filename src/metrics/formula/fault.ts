/** What is wrong with a formula, and where in its text, counted from 0. Whoever knows where the text stands tells its user. */
export class FormulaFault extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}
