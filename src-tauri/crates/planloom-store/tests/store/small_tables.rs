//! Settings, API keys and the answers kept for idempotency.

use planloom_store::{ApiKey, Error, FirstAnswer, IDEMPOTENCY_MS};

use crate::{Folder, commit};

#[test]
fn settings_are_written_over_and_put_back() {
    let folder = Folder::new();
    let (store, mut writer) = folder.open();
    commit(&mut writer, |tx| {
        tx.put_setting("port", "7317", 1)?;
        tx.put_setting("port", "0", 2)?;
        tx.put_setting("listener", "true", 2)
    });
    assert_eq!(store.read(|now| now.setting("port")).unwrap().as_deref(), Some("0"));
    commit(&mut writer, |tx| tx.delete_setting("port"));
    assert_eq!(store.read(|now| now.settings()).unwrap(), [("listener".to_owned(), "true".to_owned())]);
}

#[test]
fn api_keys_are_known_by_their_hash() {
    let folder = Folder::new();
    let (store, mut writer) = folder.open();
    let key = |id: &str, byte: u8| ApiKey {
        id: id.into(),
        name: "a script".into(),
        scope: "read".into(),
        hash: [byte; 32],
        created_at: 5,
        last_used_at: None,
    };
    commit(&mut writer, |tx| tx.insert_api_key(&key("k1", 1)));
    commit(&mut writer, |tx| tx.insert_api_key(&key("k2", 2)));
    commit(&mut writer, |tx| tx.touch_api_key("k2", 77));
    assert_eq!(store.read(|now| now.api_key_by_hash(&[2; 32])).unwrap().unwrap().last_used_at, Some(77));
    let mut tx = writer.begin().unwrap();
    assert!(matches!(tx.insert_api_key(&key("k3", 1)), Err(Error::Exists { .. })));
    tx.delete_api_key("k1").unwrap();
    assert!(matches!(tx.delete_api_key("k1"), Err(Error::NotFound { .. })));
    tx.commit().unwrap();
    assert_eq!(store.read(|now| now.api_keys()).unwrap().len(), 1);
}

#[test]
fn a_first_answer_lives_for_a_day_on_its_route() {
    let folder = Folder::new();
    let (store, mut writer) = folder.open();
    let first =
        |answer: &str, at| FirstAnswer { body_hash: [1; 32], status: 201, answer: answer.into(), created_at: at };
    let now = 1_000_000_000_000;
    commit(&mut writer, |tx| tx.put_answer("POST /plans", "k", &first("one", now)));
    let given = |route: &str, at| store.read(|moment| moment.first_answer(route, "k", at)).unwrap();
    assert_eq!(given("POST /plans", now + IDEMPOTENCY_MS - 1), Some(first("one", now)));
    assert_eq!(given("POST /plans", now + IDEMPOTENCY_MS), None);
    assert_eq!(given("POST /templates", now), None);

    let mut tx = writer.begin().unwrap();
    assert!(matches!(tx.put_answer("POST /plans", "k", &first("two", now + 1)), Err(Error::Exists { .. })));
    drop(tx);
    let later = now + IDEMPOTENCY_MS;
    commit(&mut writer, |tx| tx.put_answer("POST /plans", "k", &first("two", later)));
    assert_eq!(given("POST /plans", later).unwrap().answer, "two");
    assert_eq!(commit(&mut writer, |tx| tx.purge_answers(later + 1)), 0);
    assert_eq!(commit(&mut writer, |tx| tx.purge_answers(later + IDEMPOTENCY_MS)), 1);
}
