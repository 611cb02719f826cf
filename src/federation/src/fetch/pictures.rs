//! Pictures of people of peers: fetched in the background, decoded within bounds, re-encoded without metadata.

use super::turns::{Bounds, Turns};
use crate::Federation;
use crate::client::Budget;
use entrenous_domain::{DomainError, Result, media};
use entrenous_model::{AccountId, Fetching, Matter, MediaId, Peer};
use image::{DynamicImage, ImageFormat};
use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// Largest file that is fetched, in bytes.
const FILE: u64 = 8 * 1024 * 1024;
/// How many people's pictures are fetched at a time; the others wait, and more are left out until their owner changes again.
const BOUNDS: Bounds = Bounds {
    at_once: 2,
    of_one: 1,
    waiting: 500,
};
/// Longest time for one picture.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is kept: longest sides in pixels.
const AVATAR: (u32, u32) = (400, 400);
const HEADER: (u32, u32) = (1_500, 1_500);

/// The bounds of fetching in the background.
#[derive(Debug)]
pub struct Pictures(Turns);

impl Default for Pictures {
    fn default() -> Self {
        Self(Turns::new(BOUNDS))
    }
}

impl Federation {
    /// Fetches avatar and header of a person of `peer` (URLs on its origin) and remembers them. Returns at once.
    pub(super) fn fetch_pictures(
        &self,
        peer: &Arc<Peer>,
        account: AccountId,
        (avatar, header): (Option<String>, Option<String>),
    ) {
        if avatar.is_none() && header.is_none() {
            return;
        }
        let Some(place) = self.0.pictures.0.place(peer.id) else {
            tracing::warn!(peer = %peer.origin, "too many pictures wait to be fetched; one is left out");
            return;
        };
        let (federation, peer) = (self.clone(), Arc::clone(peer));
        tokio::spawn(async move {
            let Some(_turn) = place.turn().await else {
                return;
            };
            let budget = Budget::of(2);
            let avatar = federation.picture(&peer, account, avatar, AVATAR, &budget).await;
            let header = federation.picture(&peer, account, header, HEADER, &budget).await;
            if avatar.is_none() && header.is_none() {
                return;
            }
            if let Err(error) = media::set_remote_pictures(federation.ctx(), account, avatar, header).await {
                tracing::warn!(peer = %peer.origin, %error, "fetched pictures were not kept");
            }
        });
    }

    async fn picture(
        &self,
        peer: &Peer,
        account: AccountId,
        url: Option<String>,
        side: (u32, u32),
        budget: &Budget,
    ) -> Option<MediaId> {
        let url = url?;
        let taken = timeout(PATIENCE, self.take_picture(peer, account, &url, side, budget));
        match taken.await {
            Ok(Ok(id)) => Some(id),
            Ok(Err(error)) => {
                tracing::debug!(peer = %peer.origin, %error, "a picture was not taken");
                None
            }
            Err(_) => {
                tracing::debug!(peer = %peer.origin, "a picture took too long");
                None
            }
        }
    }

    async fn take_picture(
        &self,
        peer: &Peer,
        account: AccountId,
        url: &str,
        side: (u32, u32),
        budget: &Budget,
    ) -> Result<MediaId> {
        let cleared = peer.clear::<Fetching>(Matter::Key)?;
        if !cleared.profile().pictures {
            return Err(DomainError::Refused("contract"));
        }
        let bytes = self.client().file(peer, cleared, url, FILE, budget).await?;
        let (bytes, content_type) = tokio::task::spawn_blocking(move || remake(&bytes, side))
            .await
            .map_err(DomainError::internal)?
            .ok_or(DomainError::Refused("picture"))?;
        let file =
            media::store_picture(self.ctx(), account, bytes, content_type, Some(url.to_owned())).await?;
        Ok(file.id)
    }
}

/// Decodes within the bounds, whatever the name or type said, and encodes anew. `None` if it is no picture that we read.
fn remake(bytes: &[u8], (width, height): (u32, u32)) -> Option<(Vec<u8>, &'static str)> {
    let picture = entrenous_files::decode(bytes).ok()?;
    let picture = if picture.width() > width || picture.height() > height {
        picture.thumbnail(width, height)
    } else {
        picture
    };
    let mut out = Cursor::new(Vec::new());
    if picture.color().has_alpha() {
        DynamicImage::from(picture.into_rgba8())
            .write_to(&mut out, ImageFormat::Png)
            .ok()?;
        return Some((out.into_inner(), "image/png"));
    }
    DynamicImage::from(picture.into_rgb8())
        .write_to(&mut out, ImageFormat::Jpeg)
        .ok()?;
    Some((out.into_inner(), "image/jpeg"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_made_anew_and_bounded() {
        let mut png = Cursor::new(Vec::new());
        DynamicImage::new_rgba8(900, 300)
            .write_to(&mut png, ImageFormat::Png)
            .unwrap();
        let png = png.into_inner();
        let (bytes, kind) = remake(&png, AVATAR).unwrap();
        assert_eq!(kind, "image/png");
        let small = image::load_from_memory(&bytes).unwrap();
        assert_eq!((small.width(), small.height()), (400, 133));
        // A header that promises 100,000 x 100,000 pixels is refused before it is decoded.
        let mut huge = png;
        huge[16..24].copy_from_slice(&[0, 1, 0x86, 0xa0, 0, 1, 0x86, 0xa0]);
        assert!(remake(&huge, AVATAR).is_none());
        assert!(remake(b"<svg xmlns='http://www.w3.org/2000/svg'/>", AVATAR).is_none());
        assert!(remake(b"", AVATAR).is_none());
    }
}
