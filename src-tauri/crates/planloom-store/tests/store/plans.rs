//! Plans, versions, drafts and layouts.

use planloom_store::{Error, PlanContent, PlanFilter, Store, Subject};

use crate::{Folder, commit, content};

fn tagged(name: &str, description: &str, tags: &[&str]) -> PlanContent {
    PlanContent {
        description: description.into(),
        tags: tags.iter().map(|tag| tag.to_string()).collect(),
        ..content(name)
    }
}

#[track_caller]
fn listed(store: &Store, filter: PlanFilter, limit: u32, offset: u32, expected: &[&str], total: u64) {
    let page = store.read(|now| now.list_plans(&filter, limit, offset)).unwrap();
    let ids: Vec<_> = page.items.iter().map(|plan| plan.id.as_str()).collect();
    assert_eq!((ids, page.total), (expected.to_vec(), total), "{filter:?}");
}

fn search(term: &str) -> PlanFilter {
    PlanFilter { search: Some(term.into()), ..PlanFilter::default() }
}

fn tags(tags: &[&str]) -> PlanFilter {
    PlanFilter { tags: tags.iter().map(|tag| tag.to_string()).collect(), ..PlanFilter::default() }
}

#[test]
fn lists_are_filtered_by_tags_search_and_archive() {
    let folder = Folder::new();
    let (store, mut writer) = folder.open();
    commit(&mut writer, |tx| {
        tx.insert_plan("p1", &tagged("Contract", "Finds risky clauses", &["legal", "contract"]), 1)?;
        tx.insert_plan("p2", &tagged("ÜBERSETZUNG", "to German", &["legal"]), 2)?;
        tx.insert_plan("p3", &tagged("News", "100% automatic", &["it's \"odd\""]), 3)
    });
    listed(&store, PlanFilter::default(), 2, 0, &["p3", "p2"], 3);
    listed(&store, PlanFilter::default(), 2, 2, &["p1"], 3);
    listed(&store, tags(&["legal"]), 20, 0, &["p2", "p1"], 2);
    listed(&store, tags(&["legal", "contract"]), 20, 0, &["p1"], 1);
    listed(&store, tags(&["it's \"odd\""]), 20, 0, &["p3"], 1);
    listed(&store, tags(&["lega"]), 20, 0, &[], 0);
    listed(&store, search("übersetz"), 20, 0, &["p2"], 1);
    listed(&store, search("RISKY"), 20, 0, &["p1"], 1);
    listed(&store, search("0%"), 20, 0, &["p3"], 1);
    listed(&store, search("contract finds"), 20, 0, &[], 0);

    commit(&mut writer, |tx| tx.archive_plan("p1", 50));
    commit(&mut writer, |tx| tx.archive_plan("p1", 60));
    listed(&store, tags(&["legal"]), 20, 0, &["p2"], 1);
    listed(&store, PlanFilter { archived: true, ..PlanFilter::default() }, 20, 0, &["p1"], 1);
    assert_eq!(store.read(|now| now.plan("p1")).unwrap().unwrap().archived_at, Some(50));
    commit(&mut writer, |tx| tx.restore_plan("p1"));
    listed(&store, tags(&["contract"]), 20, 0, &["p1"], 1);
    let mut tx = writer.begin().unwrap();
    assert!(matches!(tx.archive_plan("p9", 1), Err(Error::NotFound { subject: Subject::Plan, .. })));
}

#[test]
fn versions_never_change_and_follow_what_was_seen() {
    let folder = Folder::new();
    let (store, mut writer) = folder.open();
    commit(&mut writer, |tx| tx.insert_plan("p", &content("One"), 10));
    let second = PlanContent { note: Some("shorter".into()), ..content("Two") };
    assert_eq!(commit(&mut writer, |tx| tx.insert_version("p", 1, &second, 20)), 2);
    let mut tx = writer.begin().unwrap();
    let late = tx.insert_version("p", 1, &content("Three"), 30);
    let Err(Error::Conflict { subject: Subject::PlanVersion, expected: 1, found: 2, .. }) = late else {
        panic!("{late:?}")
    };
    assert!(matches!(tx.insert_plan("p", &content("One"), 1), Err(Error::Exists { subject: Subject::Plan, .. })));
    drop(tx);

    let newest = store.read(|now| now.plan("p")).unwrap().unwrap();
    assert_eq!((newest.version, newest.name.as_str(), newest.updated_at), (2, "Two", 20));
    let first = store.read(|now| now.plan_at("p", 1)).unwrap();
    assert_eq!((first.version, first.latest_version, first.document.as_str()), (1, 2, "{\"name\":\"One\"}"));
    let missing = store.read(|now| now.plan_at("p", 3));
    assert!(matches!(missing, Err(Error::NotFound { subject: Subject::PlanVersion, .. })));
    let missing = store.read(|now| now.plan_at("q", 1));
    assert!(matches!(missing, Err(Error::NotFound { subject: Subject::Plan, .. })));
    let versions = store.read(|now| now.plan_versions("p")).unwrap();
    let lines: Vec<_> = versions.iter().map(|line| (line.version, line.created_at, line.note.as_deref())).collect();
    assert_eq!(lines, [(2, 20, Some("shorter")), (1, 10, None)]);

    let conn = rusqlite::Connection::open(folder.dir.database()).unwrap();
    assert!(conn.execute("UPDATE plan_versions SET document = ''", []).is_err());
    assert!(conn.execute("DELETE FROM plan_versions", []).is_err());
}

#[test]
fn two_windows_on_one_draft() {
    let folder = Folder::new();
    let (store, mut writer) = folder.open();
    assert_eq!(commit(&mut writer, |tx| tx.put_draft("p", None, "a", 1)), 1);
    assert_eq!(commit(&mut writer, |tx| tx.put_draft("p", Some(1), "b", 2)), 2);
    let conflict = |writer: &mut planloom_store::Writer, expected| {
        let mut tx = writer.begin().unwrap();
        match tx.put_draft("p", expected, "late", 3) {
            Err(Error::Conflict { subject: Subject::DraftRevision, found, .. }) => found,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(conflict(&mut writer, Some(1)), 2);
    assert_eq!(conflict(&mut writer, None), 2);
    assert_eq!(store.read(|now| now.draft("p")).unwrap().unwrap().document, "b");

    commit(&mut writer, |tx| tx.delete_draft("p", Some(2), 4));
    assert_eq!(store.read(|now| now.draft("p")).unwrap(), None);
    assert_eq!(conflict(&mut writer, Some(2)), 0);
    let begun_anew = commit(&mut writer, |tx| tx.put_draft("p", None, "c", 5));
    assert!(begun_anew > 2, "a window that still has revision 1 or 2 must notice");
    let mut tx = writer.begin().unwrap();
    assert!(matches!(tx.delete_draft("q", None, 1), Err(Error::NotFound { subject: Subject::Draft, .. })));
}

#[test]
fn a_layout_is_beside_the_versions() {
    let folder = Folder::new();
    let (store, mut writer) = folder.with_plan();
    commit(&mut writer, |tx| tx.put_layout("dt_plan_a", "{}", 1));
    commit(&mut writer, |tx| tx.put_layout("dt_plan_a", "{\"x\":1}", 2));
    assert_eq!(store.read(|now| now.layout("dt_plan_a")).unwrap().as_deref(), Some("{\"x\":1}"));
    assert_eq!(store.read(|now| now.plan("dt_plan_a")).unwrap().unwrap().version, 1);
}
