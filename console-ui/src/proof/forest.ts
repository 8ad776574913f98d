// Small logs with keys of their own, for tests: what the service would sign and prove.
import { join, sha256, toBase64, toHex, utf8 } from "./bytes.ts";
import { leafHash, nodeHash } from "./merkle.ts";

const split = (size: number): number => 2 ** Math.floor(Math.log2(size - 1));

export async function rootOf(leaves: Uint8Array[]): Promise<Uint8Array> {
  if (leaves.length === 0) return sha256(new Uint8Array());
  if (leaves.length === 1) return leaves[0] as Uint8Array;
  const at = split(leaves.length);
  return nodeHash(await rootOf(leaves.slice(0, at)), await rootOf(leaves.slice(at)));
}

export async function pathTo(index: number, leaves: Uint8Array[]): Promise<Uint8Array[]> {
  if (leaves.length <= 1) return [];
  const at = split(leaves.length);
  return index < at
    ? [...(await pathTo(index, leaves.slice(0, at))), await rootOf(leaves.slice(at))]
    : [...(await pathTo(index - at, leaves.slice(at))), await rootOf(leaves.slice(0, at))];
}

export async function between(old: number, leaves: Uint8Array[], whole = true): Promise<Uint8Array[]> {
  if (old === leaves.length) return whole ? [] : [await rootOf(leaves)];
  const at = split(leaves.length);
  return old <= at
    ? [...(await between(old, leaves.slice(0, at), whole)), await rootOf(leaves.slice(at))]
    : [...(await between(old - at, leaves.slice(at), false)), await rootOf(leaves.slice(0, at))];
}

async function packed(line: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([line]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** A log of records, signed by a key of its own. */
export class Grove {
  readonly lines: Uint8Array<ArrayBuffer>[] = [];
  readonly leaves: Uint8Array[] = [];
  vkey = "";
  #key!: CryptoKey;
  #id: Uint8Array = new Uint8Array();

  static async plant(name: string): Promise<Grove> {
    const grove = new Grove();
    await grove.#rekey(name);
    return grove;
  }

  async #rekey(name: string): Promise<void> {
    const pair = (await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"])) as CryptoKeyPair;
    const raw = join(new Uint8Array([1]), new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)));
    this.#id = (await sha256(join(utf8(`${name}\n`), raw))).slice(0, 4);
    this.#key = pair.privateKey;
    this.vkey = `${name}+${toHex(this.#id)}+${toBase64(raw)}`;
  }

  /** From now on another key signs; the note by which this one hands over to it. `change` alters what both sign. */
  async handOver(change: (text: string) => string = (text) => text): Promise<string> {
    const name = this.vkey.split("+")[0] ?? "";
    const [old, sign] = [this.vkey, this.#signature.bind(this, this.#key, this.#id)];
    await this.#rekey(name);
    const root = toBase64(await rootOf(this.leaves));
    const text = change(`actiontrail hand-over v1\norigin ${name}\nsize ${this.leaves.length}\nroot ${root}\nold ${old}\nnew ${this.vkey}\n`);
    return `${text}\n${await sign(text)}${await this.#signature(this.#key, this.#id, text)}`;
  }

  async #signature(key: CryptoKey, id: Uint8Array, text: string): Promise<string> {
    const signature = new Uint8Array(await crypto.subtle.sign({ name: "Ed25519" }, key, utf8(text)));
    return `— ${this.vkey.split("+")[0]} ${toBase64(join(id, signature))}\n`;
  }

  async add(event: unknown, masked: string[] = []): Promise<number> {
    const line = utf8(JSON.stringify({ account: "1", seq: this.lines.length + 1, received: "", source: "key:x", format: "actiontrail", masked, event }));
    this.lines.push(line);
    this.leaves.push(await leafHash(await sha256(line)));
    return this.lines.length - 1;
  }

  async checkpoint(size = this.leaves.length): Promise<string> {
    const name = this.vkey.split("+")[0];
    const text = `${name}\n${size}\n${toBase64(await rootOf(this.leaves.slice(0, size)))}\n`;
    return `${text}\n${await this.#signature(this.#key, this.#id, text)}`;
  }

  async evidence(index: number): Promise<Uint8Array> {
    const hashes = (await pathTo(index, this.leaves)).map(toBase64);
    const extra = toBase64(await packed(this.lines[index] as Uint8Array<ArrayBuffer>));
    return utf8(["c2sp.org/tlog-proof@v1", `extra ${extra}`, `index ${index}`, ...hashes, "", await this.checkpoint()].join("\n"));
  }

  /** The records from `index` on in the log of `size`, with the hashes beside them. */
  async run(index: number, count: number, size: number): Promise<{ index: number; records: string[]; hashes: string[] }> {
    const end = index + count;
    const beside = async (low: number, high: number): Promise<Uint8Array[]> => {
      if (index <= low && high <= end) return [];
      if (high <= index || end <= low) return [await rootOf(this.leaves.slice(low, high))];
      const middle = low + split(high - low);
      return [...(await beside(low, middle)), ...(await beside(middle, high))];
    };
    return { index, records: this.lines.slice(index, end).map(toBase64), hashes: (await beside(0, size)).map(toBase64) };
  }

  async consistency(old: number, size = this.leaves.length): Promise<{ hashes: string[]; checkpoint: string }> {
    return { hashes: (await between(old, this.leaves.slice(0, size))).map(toBase64), checkpoint: await this.checkpoint(size) };
  }
}
