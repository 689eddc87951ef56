/** Numbers of unknown count in little memory: eight bytes each, whatever their number. */
export class NumberList {
  #values = new Float64Array(64);
  #length = 0;

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(2 * this.#length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  /** A copy of the first `length` numbers, which owns its memory. */
  first(length: number): Float64Array {
    return this.#values.slice(0, length);
  }

  get length(): number {
    return this.#length;
  }
}
