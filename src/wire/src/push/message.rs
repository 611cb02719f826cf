//! One message in one record of `aes128gcm` (RFC 8188), with keys as RFC 8291 derives them.

use super::PushError;
use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::{hkdf, rand};
use zeroize::Zeroizing;

/// Size of the one record, and most bytes that a push service has to take (RFC 8291, section 4; RFC 8030, section 7.2).
const RECORD: u32 = 4096;
/// Salt, size of the record, and the sender's key with its length (RFC 8188, section 2.1).
const HEADER: usize = 16 + 4 + 1 + POINT;
/// The tag of AES-GCM.
const TAG: usize = 16;
/// A point on P-256, uncompressed.
const POINT: usize = 65;
/// Messages are padded to a multiple of it, so that their length tells little.
const STEP: usize = 512;

/// Longest message, in bytes: what fits into 4096 bytes with all that is around it.
pub const MOST: usize = RECORD as usize - HEADER - TAG - 1;

/// Encrypts `message` for the browser with the public key `p256dh` (65 bytes) and the secret `auth` (16 bytes). What comes
/// out is the body of the request, with `Content-Encoding: aes128gcm`. Its length is that of the message up to the next
/// multiple of 512, at most 4096.
///
/// # Errors
/// [`PushError::Key`] for what is no point on P-256, [`PushError::TooLong`], [`PushError::Failed`].
pub fn encrypt(p256dh: &[u8], auth: &[u8], message: &[u8]) -> Result<Vec<u8>, PushError> {
    let sender = PrivateKey::generate(&ECDH_P256).map_err(|_| PushError::Failed)?;
    let mut salt = [0; 16];
    rand::fill(&mut salt).map_err(|_| PushError::Failed)?;
    let padded = (message.len() + 1).next_multiple_of(STEP).min(MOST + 1);
    sealed(&sender, salt, p256dh, auth, message, padded)
}

/// The same with the sender's key, the salt, and the length with padding (and its delimiter) given.
fn sealed(
    sender: &PrivateKey,
    salt: [u8; 16],
    p256dh: &[u8],
    auth: &[u8],
    message: &[u8],
    padded: usize,
) -> Result<Vec<u8>, PushError> {
    if message.len() > MOST {
        return Err(PushError::TooLong);
    }
    let own = sender.compute_public_key().map_err(|_| PushError::Failed)?;
    let theirs = UnparsedPublicKey::new(&ECDH_P256, p256dh);
    let ikm = agree(sender, theirs, PushError::Key, |secret| {
        let info = [b"WebPush: info\0".as_slice(), p256dh, own.as_ref()];
        derived::<32>(auth, secret, &info)
    })?;
    let key = derived::<16>(&salt, ikm.as_slice(), &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce = derived::<NONCE_LEN>(&salt, ikm.as_slice(), &[b"Content-Encoding: nonce\0"])?;

    let mut record = Vec::with_capacity(HEADER + padded + TAG);
    record.extend_from_slice(message);
    // The delimiter of the last record, then zeros (RFC 8188, section 2).
    record.push(2);
    record.resize(padded.max(record.len()), 0);
    let cipher = UnboundKey::new(&AES_128_GCM, key.as_slice()).map_err(|_| PushError::Failed)?;
    LessSafeKey::new(cipher)
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(*nonce), Aad::empty(), &mut record)
        .map_err(|_| PushError::Failed)?;

    let mut body = Vec::with_capacity(HEADER + record.len());
    body.extend_from_slice(&salt);
    body.extend_from_slice(&RECORD.to_be_bytes());
    body.push(u8::try_from(own.as_ref().len()).map_err(|_| PushError::Failed)?);
    body.extend_from_slice(own.as_ref());
    body.append(&mut record);
    Ok(body)
}

/// HKDF-SHA256 (RFC 5869).
fn derived<const N: usize>(
    salt: &[u8],
    secret: &[u8],
    info: &[&[u8]],
) -> Result<Zeroizing<[u8; N]>, PushError> {
    let mut out = Zeroizing::new([0; N]);
    hkdf::Salt::new(hkdf::HKDF_SHA256, salt)
        .extract(secret)
        .expand(info, Length(N))
        .and_then(|okm| okm.fill(out.as_mut_slice()))
        .map_err(|_| PushError::Failed)?;
    Ok(out)
}

/// A number of bytes to derive.
struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};

    const PLAIN: &[u8] = b"When I grow up, I want to be a watermelon";

    fn bytes(text: &str) -> Vec<u8> {
        BASE64.decode(text).unwrap()
    }

    /// The receiver of RFC 8291, section 5 and appendix A: public key, secret.
    fn receiver() -> (Vec<u8>, Vec<u8>) {
        (
            bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
            bytes("BTBZMqHH6r4Tts7J_aSIgg"),
        )
    }

    #[test]
    fn the_example_of_rfc_8291_comes_out() {
        let sender =
            PrivateKey::from_private_key(&ECDH_P256, &bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"))
                .unwrap();
        let salt: [u8; 16] = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap();
        let (key, auth) = receiver();
        let body = sealed(&sender, salt, &key, &auth, PLAIN, 0).unwrap();
        assert_eq!(
            BASE64.encode(body),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        );
    }

    #[test]
    fn a_message_has_one_of_few_lengths_and_never_the_same_bytes() {
        let (key, auth) = receiver();
        let one = encrypt(&key, &auth, PLAIN).unwrap();
        assert_eq!(one.len(), HEADER + STEP + TAG);
        assert_ne!(one, encrypt(&key, &auth, PLAIN).unwrap());
        assert_eq!(encrypt(&key, &auth, &[]).unwrap().len(), one.len());
        assert_eq!(encrypt(&key, &auth, &[7; 512]).unwrap().len(), one.len() + STEP);
        assert_eq!(encrypt(&key, &auth, &[7; MOST]).unwrap().len(), 4096);
        assert_eq!(encrypt(&key, &auth, &[7; MOST + 1]), Err(PushError::TooLong));
        assert_eq!(encrypt(&[4; 65], &auth, PLAIN), Err(PushError::Key));
        assert_eq!(encrypt(&[], &auth, PLAIN), Err(PushError::Key));
    }

    #[test]
    fn the_browser_reads_it() {
        let browser = PrivateKey::generate(&ECDH_P256).unwrap();
        let public = browser.compute_public_key().unwrap();
        let auth = [9; 16];
        let body = encrypt(public.as_ref(), &auth, PLAIN).unwrap();
        let (salt, rest) = body.split_at(16);
        let (head, rest) = rest.split_at(5);
        assert_eq!(head, [0, 0, 16, 0, 65]);
        let (sender, record) = rest.split_at(65);
        let ikm = agree(
            &browser,
            UnparsedPublicKey::new(&ECDH_P256, sender),
            PushError::Key,
            |secret| derived::<32>(&auth, secret, &[b"WebPush: info\0", public.as_ref(), sender]),
        )
        .unwrap();
        let key = derived::<16>(salt, ikm.as_slice(), &[b"Content-Encoding: aes128gcm\0"]).unwrap();
        let nonce = derived::<12>(salt, ikm.as_slice(), &[b"Content-Encoding: nonce\0"]).unwrap();
        let mut record = record.to_vec();
        let cipher = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, key.as_slice()).unwrap());
        let plain = cipher
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::empty(), &mut record)
            .unwrap();
        let end = plain.iter().rposition(|byte| *byte != 0).unwrap();
        assert_eq!(plain.get(..end), Some(PLAIN));
        assert_eq!(plain.get(end), Some(&2));
    }
}
