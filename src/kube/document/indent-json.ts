const quote = 0x22;
const backslash = 0x5c;
const newLine = 0x0a;
const blank = 0x20;
const leastRoom = 1024;

/** Indents JSON that comes in pieces, cut anywhere; what each `push` returns goes on where the last one ended. */
export interface JsonIndenter {
  push(piece: Uint8Array): Buffer;
}

/** Two blanks for each level, as a kube-apiserver has it. Numbers and strings stay as they are, white space outside of strings goes. */
export function createJsonIndenter(): JsonIndenter {
  let depth = 0;
  let inString = false;
  let isEscaped = false;
  /** Behind an opening bracket while nothing followed it. */
  let isEmpty = false;

  return {
    push(piece) {
      let output = Buffer.allocUnsafe(2 * piece.length + leastRoom);
      let length = 0;
      let copied = 0;

      function copyTo(end: number): void {
        const needed = length + (end - copied) + 2 * depth + 2;
        if (needed > output.length) {
          const larger = Buffer.allocUnsafe(2 * needed);
          output.copy(larger, 0, 0, length);
          output = larger;
        }
        output.set(piece.subarray(copied, end), length);
        length += end - copied;
        copied = end;
      }

      function breakLine(): void {
        output[length++] = newLine;
        output.fill(blank, length, length + 2 * depth);
        length += 2 * depth;
      }

      function beginValue(at: number): void {
        if (!isEmpty) return;
        isEmpty = false;
        copyTo(at);
        breakLine();
      }

      for (let at = 0; at < piece.length; at++) {
        const byte = piece[at] as number;
        if (inString) {
          if (isEscaped) isEscaped = false;
          else if (byte === backslash) isEscaped = true;
          else if (byte === quote) inString = false;
          continue;
        }
        switch (byte) {
          case quote:
            beginValue(at);
            inString = true;
            break;
          case 0x7b:
          case 0x5b:
            beginValue(at);
            depth++;
            isEmpty = true;
            break;
          case 0x7d:
          case 0x5d:
            depth--;
            copyTo(at);
            if (!isEmpty) breakLine();
            isEmpty = false;
            break;
          case 0x2c:
            copyTo(at + 1);
            breakLine();
            break;
          case 0x3a:
            copyTo(at + 1);
            output[length++] = blank;
            break;
          case blank:
          case newLine:
          case 0x09:
          case 0x0d:
            copyTo(at);
            copied = at + 1;
            break;
          default:
            beginValue(at);
        }
      }
      copyTo(piece.length);
      return output.subarray(0, length);
    },
  };
}

/** A whole document, without a line end behind it. */
export function indentJson(json: Uint8Array): Buffer {
  return createJsonIndenter().push(json);
}
