/** French texts about peers: complete, or it does not compile. */

import { contract } from "./contract";
import { ending } from "./ending";
import { ledger } from "./ledger";
import { peers } from "./peers";

export const messages = { contract, ending, ledger, peers };
