// An evidence file, checked and altered: the example of the page "The evidence file".
import { describe, expect, it } from "vitest";
import { utf8 } from "./bytes.ts";
import { verifyEvidence } from "./evidence.ts";
import { openNote, parseVkey } from "./note.ts";

const FILE = `c2sp.org/tlog-proof@v1
extra eNptUstOwzAQ/Bef6+Ck79wi6CECIQQVh96Ms7QWjpPaTkWo+u+snaRqKXOy9jE7O+sj4UJUjXYkJTG7QkxGxMKepPGIGBAgD1BgVcKSGWUxZcmajVM2Sdk0ms0XSxZvfEPVGAFY9gVt+rTO8qlbffOyVoDJz8qU3E/iwslKO8OlwjAcwM8/do/cD4l70ARBxwg6QdDpBYbOdzAW2YLOEHjmpVfwAAoc5No6rgUM1WsZkv9ssRlK3oYdQNhIaLrjevuzq5qIK9k22ger8szX1r40q+U9VypYZg5SQC9iJSzGuLCvsA0iyQXh2a+8zorCgLV+9WUSsSiJ5phtkCzbBndIN5wKJe/GvoAx4u+yb8B2ni170AWCzhF0hvjrWd/ywg0qdOidd35wKRBJ+lHHcL5apzxkLrWfOnl5gfKkaz2L67xAYupTYfHwubqb3n6v2kgtZM1V3v0sdlviiXov0YFwRyRFqx6hDV3Xn+x0Ov0CeOTZhA==
index 2
DwpZfQTwZXbHqrqrHLv6QQdA9/oG4oMqoUmhrL2rN1I=
mP4+Wq72tYiVceZwHoNXoLXVn2WehR36L/p9UeYaeng=
IhHIa4gdJnUAY64TeEUkXdMwHBnuPVLKRHuA3HESETI=

log.example/one
5
v0eH4WZUzq8AIGD+Mm0DwdBF/AQEAiDPX49+M4c0/wo=

— log.example/one uuLxiXLLJyhVbTzIPyKDMhlnqVEd/FdmCYHMcsUfbfHiExYq/lEMw6LGFgzGBAigAGD3Bn7rsqNh3wyNMileJBWqfgo=
`;
const VKEY = "log.example/one+bae2f189+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs";

const failing = async (file: string, vkey = VKEY) => (await verifyEvidence(utf8(file), { vkey, handovers: [] })).steps.filter((step) => !step.holds).map((step) => step.name);

describe("an evidence file", () => {
  it("verifies, and tells what it is about", async () => {
    const verdict = await verifyEvidence(utf8(FILE), { vkey: VKEY, handovers: [] });
    expect([verdict.holds, verdict.index, verdict.checkpoint?.size, verdict.checkpoint?.origin]).toEqual([true, 2, 5, "log.example/one"]);
    expect(verdict.steps.map((step) => step.name)).toEqual(["read", "unpack", "signature", "entry", "path", "root", "record"]);
  });

  it("is refused when the signed size was altered", async () => {
    expect(await failing(FILE.replace("\n5\n", "\n6\n"))).toEqual(["signature"]);
  });

  it("is refused when it claims another index", async () => {
    expect(await failing(FILE.replace("index 2", "index 3"))).toEqual(["root"]);
  });

  it("is refused when a hash of the path was altered", async () => {
    expect(await failing(FILE.replace("DwpZfQT", "EwpZfQT"))).toEqual(["root"]);
  });

  it("is refused when the record was altered", async () => {
    expect(await failing(FILE.replace("extra eNptU", "extra eNptV"))).not.toEqual([]);
  });

  it("is refused for a key that did not sign it", async () => {
    const other = VKEY.replace("log.example/one", "log.example/two");
    expect(await failing(FILE, other)).toEqual(["signature"]);
  });

  it("is refused when it is no evidence file at all", async () => {
    expect(await failing("hello")).toEqual(["read"]);
  });
});

describe("a verifier key", () => {
  it("must agree with its own id", async () => {
    await expect(parseVkey(VKEY.replace(/\+[0-9a-f]{8}\+/, "+00000000+"))).rejects.toThrow("its own id");
  });

  it("opens no note that it did not sign", async () => {
    const note = FILE.slice(FILE.indexOf("\n\n") + 2);
    const verifier = await parseVkey(VKEY);
    expect((await openNote(note, verifier)).split("\n")[1]).toBe("5");
    await expect(openNote(note.replace("log.example/one\n5", "log.example/one\n4"), verifier)).rejects.toThrow("false");
  });
});
