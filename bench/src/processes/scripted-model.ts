// A scripted model in a process of its own: TOKENS pieces, one every PIECE_MS.
import { startModelServer } from "@diwan/testkit";

const tokens = Number(process.env["TOKENS"]);
const pieceMs = Number(process.env["PIECE_MS"]);
const server = await startModelServer({ text: Array.from({ length: tokens }, (_, place) => `word${place} `), pieceMs });
process.stdout.write(`${server.url}\n`);
