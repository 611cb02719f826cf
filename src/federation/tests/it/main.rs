//! Federation, tested through its public interface: recorded documents of other software, anything at all, and two nodes
//! on real sockets.

#[cfg(test)]
mod contracts;
mod conversations;
#[cfg(test)]
mod corpus;
#[cfg(test)]
mod delivery;
#[cfg(test)]
mod emojis;
#[cfg(test)]
mod ended;
#[cfg(test)]
mod files;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod forged;
#[cfg(test)]
mod introductions;
#[cfg(test)]
mod joining;
#[cfg(test)]
mod originals;
#[cfg(test)]
mod quotes;
#[cfg(test)]
mod reports;
#[cfg(test)]
mod robust;
#[cfg(test)]
mod rotation;
#[cfg(test)]
mod serving;
#[cfg(test)]
mod two_nodes;
