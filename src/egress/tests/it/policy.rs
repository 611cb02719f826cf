//! The address policy, from a name to a socket.

use entrenous_egress::{Class, Egress, EgressError, Permit};

use crate::support::{Names, config, fetch, get, ok, rule, serve_text};

async fn reach(client: &Egress, origin: &str) -> Result<(), EgressError> {
    client
        .send(&Permit::active_peer(origin).unwrap(), get(&format!("{origin}/")))
        .await
        .map(|_| ())
}

#[tokio::test]
async fn names_that_point_inside_are_refused() {
    for (address, class) in [
        ("127.0.0.1", Class::Loopback),
        ("::1", Class::Loopback),
        ("10.1.2.3", Class::Private),
        ("172.16.0.1", Class::Private),
        ("192.168.0.1", Class::Private),
        ("fd00::1", Class::Private),
        ("169.254.169.254", Class::LinkLocal),
        ("fe80::1", Class::LinkLocal),
        ("100.64.0.1", Class::CarrierNat),
        ("0.0.0.0", Class::Unspecified),
        ("224.0.0.1", Class::Multicast),
        ("::ffff:127.0.0.1", Class::Embedded),
        ("64:ff9b::7f00:1", Class::Embedded),
        ("2002:7f00:1::", Class::Embedded),
        ("2001:0:1::", Class::Embedded),
        ("192.0.2.1", Class::Documentation),
        ("198.18.0.1", Class::Documentation),
    ] {
        let client =
            Egress::with_resolver(&config(Vec::new()), Names::with("peer.test", &[address])).unwrap();
        let result = reach(&client, "https://peer.test").await;
        assert_eq!(result, Err(EgressError::AddressRefused(class)), "{address}");
        // The same address written into the URL.
        let host = if address.contains(':') {
            url::Url::parse(&format!("https://[{address}]"))
                .unwrap()
                .host_str()
                .unwrap()
                .to_owned()
        } else {
            address.to_owned()
        };
        let result = reach(&client, &format!("https://{host}")).await;
        assert_eq!(result, Err(EgressError::AddressRefused(class)), "{host}");
        assert_eq!((client.connections_made(), client.dns_questions()), (0, 1));
    }
}

#[tokio::test]
async fn one_bad_address_refuses_all() {
    let names = Names::with("peer.test", &["127.0.0.1", "10.0.0.1"]);
    let rules = vec![rule("http://peer.test", &["127.0.0.0/8"])];
    let client = Egress::with_resolver(&config(rules), names).unwrap();
    assert_eq!(
        reach(&client, "http://peer.test").await,
        Err(EgressError::AddressRefused(Class::Private))
    );
    assert_eq!(client.connections_made(), 0);
}

#[tokio::test]
async fn a_rule_is_for_exactly_its_origin() {
    let server = serve_text(ok("{}")).await;
    let port = server.port();
    let names = Names::with("peer.test", &["127.0.0.1"]);
    names
        .known
        .lock()
        .unwrap()
        .insert("other.test".to_owned(), vec!["127.0.0.1".parse().unwrap()]);
    let rules = vec![
        rule(&format!("http://peer.test:{port}"), &["127.0.0.0/8"]),
        rule("http://other.test", &[]),
    ];
    let client = Egress::with_resolver(&config(rules), names.clone()).unwrap();
    assert_eq!(reach(&client, &format!("http://peer.test:{port}")).await, Ok(()));
    assert_eq!(names.asked(), 1);
    let refused = Err(EgressError::AddressRefused(Class::Loopback));
    assert_eq!(
        reach(&client, &format!("http://other.test:{port}")).await,
        Err(EgressError::PlainHttp)
    );
    assert_eq!(reach(&client, "http://other.test").await, refused);
    assert_eq!(
        reach(&client, &format!("https://peer.test:{port}")).await,
        refused
    );
    assert_eq!(
        reach(&client, &format!("http://{server}")).await,
        Err(EgressError::PlainHttp)
    );
    assert_eq!(client.connections_made(), 1);
}

#[tokio::test]
async fn plain_http_needs_a_rule() {
    let client = Egress::with_resolver(&config(Vec::new()), Names::with("peer.test", &["1.1.1.1"])).unwrap();
    assert_eq!(
        reach(&client, "http://peer.test").await,
        Err(EgressError::PlainHttp)
    );
    assert_eq!((client.connections_made(), client.dns_questions()), (0, 0));
}

#[tokio::test]
async fn wildcards_are_loopback() {
    let server = serve_text(ok("{}")).await;
    let client = Egress::new(&config(vec![rule("http://127.0.0.*:*", &["127.0.0.0/8"])])).unwrap();
    assert!(fetch(&client, server, "/").await.is_ok());
    let localhost = format!("http://localhost:{}", server.port());
    assert_eq!(reach(&client, &localhost).await, Err(EgressError::PlainHttp));
    assert_eq!(
        reach(&client, "http://127.0.1.1:9").await,
        Err(EgressError::PlainHttp)
    );
    let names = Names::with("localhost", &["127.0.0.1"]);
    let both = vec![rule("http://localhost:*", &["127.0.0.0/8", "::1/128"])];
    let client = Egress::with_resolver(&config(both), names).unwrap();
    assert_eq!(reach(&client, &localhost).await, Ok(()));
}

#[tokio::test]
async fn unknown_names() {
    let client = Egress::with_resolver(&config(Vec::new()), Names::with("peer.test", &[])).unwrap();
    assert_eq!(reach(&client, "https://peer.test").await, Err(EgressError::Dns));
    assert_eq!(reach(&client, "https://nobody.test").await, Err(EgressError::Dns));
}

#[tokio::test]
async fn the_next_address_is_tried() {
    let server = serve_text(ok("{}")).await;
    // Nothing listens on 127.0.0.2 at this port.
    let origin = format!("http://peer.test:{}", server.port());
    let rules = vec![rule(&origin, &["127.0.0.0/8"])];
    let names = Names::with("peer.test", &["127.0.0.2", "127.0.0.1"]);
    let client = Egress::with_resolver(&config(rules), names).unwrap();
    assert_eq!(reach(&client, &origin).await, Ok(()));
    assert_eq!(client.connections_made(), 2);
}
