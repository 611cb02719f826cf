/** Texts about peers: a chunk of their own, since only administrators need them. */

import { contract } from "./contract";
import { ending } from "./ending";
import { ledger } from "./ledger";
import { peers } from "./peers";

export const messages = { contract, ending, ledger, peers } as const;
