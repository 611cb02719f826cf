/** Texts about peers: a chunk of their own, since only administrators need them. */

import { contract } from "./contract";
import { ledger } from "./ledger";
import { peers } from "./peers";

export const messages = { contract, ledger, peers } as const;
