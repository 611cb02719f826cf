//! Private authorities and wrong certificates.

use std::{net::SocketAddr, path::Path, sync::Arc};

use entrenous_egress::{AllowRule, Egress, EgressError, Permit};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::{io::AsyncWriteExt as _, net::TcpListener};
use tokio_rustls::TlsAcceptor;

use crate::support::{Names, config, get, ok, read_head, rule};

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// An https server with a certificate for `name`.
async fn serve(authority: &CertifiedIssuer<'static, KeyPair>, name: &str) -> SocketAddr {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![name.to_owned()])
        .unwrap()
        .signed_by(&key, authority)
        .unwrap();
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(mut stream) = acceptor.accept(stream).await {
                read_head(&mut stream).await;
                let _ = stream.write_all(ok("{}").as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        }
    });
    address
}

fn client(origins: &[(String, Option<&Path>)]) -> Egress {
    let allow = origins
        .iter()
        .map(|(origin, ca)| AllowRule {
            ca: ca.map(Path::to_owned),
            ..rule(origin, &["127.0.0.0/8"])
        })
        .collect();
    let names = Names::with("peer.test", &["127.0.0.1"]);
    names
        .known
        .lock()
        .unwrap()
        .insert("other.test".to_owned(), vec!["127.0.0.1".parse().unwrap()]);
    Egress::with_resolver(&config(allow), names).unwrap()
}

async fn reach(client: &Egress, origin: &str) -> Result<(), EgressError> {
    client
        .send(&Permit::active_peer(origin).unwrap(), get(&format!("{origin}/")))
        .await
        .map(|_| ())
}

#[tokio::test]
async fn a_private_authority_counts_for_its_origin_alone() {
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    let mine = authority();
    std::fs::write(&ca, mine.pem()).unwrap();

    let peer = serve(&mine, "peer.test").await;
    let other = serve(&mine, "other.test").await;
    let peer_origin = format!("https://peer.test:{}", peer.port());
    let other_origin = format!("https://other.test:{}", other.port());
    let client = client(&[(peer_origin.clone(), Some(&ca)), (other_origin.clone(), None)]);
    assert_eq!(reach(&client, &peer_origin).await, Ok(()));
    assert_eq!(reach(&client, &other_origin).await, Err(EgressError::Tls));
}

#[tokio::test]
async fn wrong_certificates_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    let mine = authority();
    std::fs::write(&ca, mine.pem()).unwrap();

    let wrong_name = serve(&mine, "other.test").await;
    let wrong_authority = serve(&authority(), "peer.test").await;
    let by_address = serve(&mine, "127.0.0.1").await;
    for (server, host, expected) in [
        (wrong_name, "peer.test", Err(EgressError::Tls)),
        (wrong_authority, "peer.test", Err(EgressError::Tls)),
        (wrong_name, "127.0.0.1", Err(EgressError::Tls)),
        (by_address, "127.0.0.1", Ok(())),
    ] {
        let origin = format!("https://{host}:{}", server.port());
        let client = client(&[(origin.clone(), Some(&ca))]);
        assert_eq!(reach(&client, &origin).await, expected, "{origin}");
    }
}

#[tokio::test]
async fn plain_text_on_a_tls_port() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("https://peer.test:{}", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(ok("{}").as_bytes()).await;
        }
    });
    let client = client(&[(origin.clone(), None)]);
    assert_eq!(reach(&client, &origin).await, Err(EgressError::Tls));
}
