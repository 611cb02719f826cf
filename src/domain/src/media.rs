//! Files and the capabilities in their URLs.

use crate::ports::StoredFile;
use crate::secrets::sha256_hex;
use crate::{Ctx, DomainError, Result, accounts};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entrenous_model::{AccountId, EmojiId, Event, Media, MediaId};
use entrenous_store as store;
use subtle::ConstantTimeEq as _;

/// Seconds of the period of what is for people here. A capability is valid in its period and in the next one.
pub(crate) const DAY: i64 = 86_400;
/// Seconds of the period of what is for other software, which fetches some time later.
pub(crate) const WEEK: i64 = 7 * DAY;
/// The most bytes of a file that are read at once.
pub const PIECE: u64 = 64 * 1024;

/// Stores a picture that the door has decoded and re-encoded without metadata. Files are kept under their SHA-256.
///
/// # Errors
/// The file store's.
pub async fn store_picture(
    ctx: &Ctx,
    account: AccountId,
    bytes: Vec<u8>,
    content_type: &str,
    remote_url: Option<String>,
) -> Result<Media> {
    let size = i64::try_from(bytes.len()).map_err(DomainError::internal)?;
    let hash = sha256_hex(&bytes);
    let filing = ctx.filing().read().await;
    // The file first: a row without a file would be a broken picture, a file without a row is only room.
    ctx.files().put(&hash, bytes).await?;
    let (content_type, remote) = (content_type.to_owned(), remote_url.is_some());
    let put = hash.clone();
    let written = ctx
        .store()
        .write(move |tx| {
            if remote && !is_of_an_active_peer(tx, account)? {
                return Err(DomainError::Refused("peer_not_active"));
            }
            let file = Media {
                id: MediaId(tx.next_id()),
                account,
                hash,
                content_type,
                size,
                remote_url,
                description: String::new(),
                epoch: 0,
                created_at: tx.now(),
            };
            store::media::insert(tx, &file)?;
            Ok(file)
        })
        .await;
    if matches!(written, Err(DomainError::Refused(_))) {
        drop(filing);
        crate::attachments::unnamed(ctx, &[put]).await?;
    }
    written
}

/// What was under way when a peer was revoked may not come in after its content was removed.
fn is_of_an_active_peer(tx: &mut store::Tx, account: AccountId) -> Result<bool> {
    let peer = store::accounts::by_id(tx, account)?.and_then(|account| account.peer);
    let peer = peer.map(|peer| store::peers::by_id(tx, peer)).transpose()?;
    Ok(peer.flatten().is_some_and(|peer| peer.is_active()))
}

/// Remembers the pictures of a remote person after they were fetched (`None` leaves one as it is).
///
/// # Errors
/// Only the store's.
pub async fn set_remote_pictures(
    ctx: &Ctx,
    account: AccountId,
    avatar: Option<MediaId>,
    header: Option<MediaId>,
) -> Result<()> {
    ctx.store()
        .write(move |tx| {
            let now = tx.now();
            store::accounts::set_pictures(tx, account, avatar, header, now)?;
            tx.emit(Event::AccountUpdated { account })?;
            Ok::<_, DomainError>(())
        })
        .await?;
    ctx.caches().apply(&[Event::AccountUpdated { account }]);
    Ok(())
}

/// The path of a file with its capability: `/media/{id}/{epoch-and-day-bound MAC}`; the same for all who may see it
/// that day, valid that UTC day and the next.
///
/// # Errors
/// The vault's.
pub fn capability_path(ctx: &Ctx, media: MediaId, epoch: i64) -> Result<String> {
    written(ctx, media.get(), &format!("{media}.{epoch}"), DAY)
}

/// The path under which `what` of the file with this id is opened in this period, of so many seconds, and in the next one.
pub(crate) fn written(ctx: &Ctx, id: i64, what: &str, seconds: i64) -> Result<String> {
    let period = ctx.now().timestamp().div_euclid(seconds);
    Ok(format!("/media/{id}/{}", capability(ctx, what, period)?))
}

/// Which of several things a capability opens: what each is called in it, and the seconds of its period. Every one of them is
/// compared, in constant time.
pub(crate) fn opened<T: Copy>(ctx: &Ctx, capability: &str, things: &[(T, String, i64)]) -> Result<Option<T>> {
    let now = ctx.now().timestamp();
    let mut opened = None;
    for (thing, what, seconds) in things {
        let period = now.div_euclid(*seconds);
        for period in [period, period - 1] {
            let expected = self::capability(ctx, what, period)?;
            if bool::from(expected.as_bytes().ct_eq(capability.as_bytes())) {
                opened = Some(*thing);
            }
        }
    }
    Ok(opened)
}

/// 128 bits of HMAC-SHA256, base64url.
fn capability(ctx: &Ctx, what: &str, period: i64) -> Result<String> {
    let mac = ctx
        .vault()
        .mac("media capability", format!("{what}.{period}").as_bytes())?;
    let (short, _) = mac.split_at(16);
    Ok(URL_SAFE_NO_PAD.encode(short))
}

/// A file that may be served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// SHA-256 of the bytes, hexadecimal.
    pub hash: String,
    /// Sniffed type.
    pub content_type: String,
    /// Length in bytes.
    pub size: i64,
}

impl Opened {
    /// Opens `length` bytes from `start`, to be read piece by piece; `None` if they are not all there.
    ///
    /// # Errors
    /// The file store's.
    pub async fn pieces(&self, ctx: &Ctx, start: u64, length: u64) -> Result<Option<Pieces>> {
        let file = ctx.files().open(&self.hash).await?;
        let end = start.saturating_add(length);
        Ok(file.filter(|file| end <= file.size()).map(|file| Pieces {
            file,
            at: start,
            left: length,
        }))
    }
}

/// Some of a file on its way to whoever asked for it, however slowly they take it.
///
/// Nothing is read ahead: one piece of at most [`PIECE`] bytes is in memory, whatever the size of the file, and none while
/// nobody asks for the next one. No thread waits meanwhile. What is held is an open file, until this is dropped.
pub struct Pieces {
    file: Box<dyn StoredFile>,
    at: u64,
    left: u64,
}

impl Pieces {
    /// The next piece, and what is left to read; `None` at the end.
    ///
    /// # Errors
    /// The file store's, which are logged too: whoever sends the pieces has said long ago that all is well, and can only
    /// break off.
    pub async fn next(mut self) -> Result<Option<(Vec<u8>, Self)>> {
        let length = self.left.min(PIECE);
        if length == 0 {
            return Ok(None);
        }
        let read = self.file.read(self.at, length).await;
        if let Err(error) = &read {
            tracing::error!(cause = ?error, "a file that is being sent cannot be read");
        }
        let piece = read?;
        self.at = self.at.saturating_add(length);
        self.left = self.left.saturating_sub(length);
        Ok(Some((piece, self)))
    }
}

/// Whether an account still has pictures: somebody who may be looked at, or a group that has not ended, whose pictures nobody
/// knows of who does not know of the group.
async fn is_there(ctx: &Ctx, account: AccountId) -> Result<bool> {
    let known = accounts::known_one(ctx, account).await?;
    Ok(known.is_some_and(|known| {
        known.visible() || (known.account.is_own_group() && known.account.disabled_at.is_none())
    }))
}

/// The file a capability opens. `None` for anything wrong, without saying what.
///
/// # Errors
/// The store's.
pub async fn open(ctx: &Ctx, media: MediaId, capability: &str) -> Result<Option<Opened>> {
    let found = ctx
        .store()
        .read(move |conn| store::media::by_id(conn, media))
        .await?;
    let Some(file) = found else {
        if let Some(opened) = crate::attachments::open(ctx, media, capability).await? {
            return Ok(Some(opened));
        }
        return crate::custom_emoji::open(ctx, EmojiId(media.get()), capability).await;
    };
    let what = format!("{media}.{}", file.epoch);
    let right = opened(ctx, capability, &[((), what, DAY)])?.is_some();
    if !right || !is_there(ctx, file.account).await? {
        return Ok(None);
    }
    Ok(Some(Opened {
        hash: file.hash,
        content_type: file.content_type,
        size: file.size,
    }))
}
