//! Every field of the contract, in each direction, at each of the four gates: through the doors of a real node, beside a
//! native peer that the test plays.

mod beside;
mod drive;
mod expected;
mod fields;
mod in_flight;
mod scene;

use federation_tests::Database;
use scene::Scene;

crate::on_both!(what_crosses_is_what_the_contract_says);

async fn what_crosses_is_what_the_contract_says(on: Database) {
    let mut scene = Scene::open(on).await;
    let cases = fields::cases(scene.sizes);
    let mut wrong = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        scene.agree(&case.contract).await;
        let expected = expected::expected(&case.contract, scene.sizes);
        let crossed = drive::all(&mut scene, number, &expected).await;
        let names: Vec<_> = expected.keys().collect();
        assert_eq!(names, crossed.keys().collect::<Vec<_>>());
        for (what, expected) in &expected {
            if crossed.get(what) != Some(expected) {
                wrong.push(format!("{}: {what} should be {expected}", case.name));
            }
        }
    }
    wrong.extend(drive::afterwards(&scene).await);
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
    beside::rates(&scene).await;
    beside::ends(&mut scene).await;
}
