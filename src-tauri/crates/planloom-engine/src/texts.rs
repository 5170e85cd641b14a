//! Texts by hash: what was stored, with the ones in use kept in memory.
//!
//! A text that was deleted is a text that is not there; nobody here invents one.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;
use planloom_core::execution::TextRef;
use planloom_core::ids::TextHash;
use planloom_store::Store;
use serde_json::Value;

/// Bytes of texts that are kept in memory although nobody may need them again.
const CACHE_BYTES: usize = 32 << 20;
/// Texts above this are not kept: one of them would push out everything else.
const CACHED_TEXT_BYTES: usize = 4 << 20;
/// More entries than this cost more in bookkeeping than they save.
const CACHE_ENTRIES: usize = 16_384;

/// The texts of a database. Clones share the cache.
#[derive(Clone)]
pub(crate) struct Texts {
    store: Store,
    cache: Arc<Mutex<Cache>>,
    /// Texts on their way to the disk.
    held: Arc<Mutex<HashMap<TextHash, Arc<str>>>>,
}

/// A text as a view of one execution may show it.
pub(crate) enum Shown {
    Text(Arc<str>),
    Deleted,
}

struct Cache {
    texts: LruCache<TextHash, Entry>,
    bytes: usize,
}

#[derive(Clone)]
struct Entry {
    text: Arc<str>,
    /// Parsed once somebody wanted it so.
    json: Option<Arc<Value>>,
}

impl Entry {
    /// A parsed document takes about as much again, often more.
    fn bytes(&self) -> usize {
        self.text.len() * if self.json.is_some() { 4 } else { 1 }
    }
}

impl Texts {
    pub(crate) fn new(store: Store) -> Texts {
        let entries = NonZeroUsize::new(CACHE_ENTRIES).unwrap_or(NonZeroUsize::MIN);
        Texts {
            store,
            cache: Arc::new(Mutex::new(Cache { texts: LruCache::new(entries), bytes: 0 })),
            held: Arc::default(),
        }
    }

    /// Keeps a text until it is on disk, and for a while after.
    pub(crate) fn hold(&self, hash: TextHash, text: &Arc<str>) {
        self.held_texts().insert(hash, Arc::clone(text));
        self.remember(hash, text);
    }

    /// What was held is on disk.
    pub(crate) fn release(&self) {
        self.held_texts().clear();
    }

    fn held_texts(&self) -> std::sync::MutexGuard<'_, HashMap<TextHash, Arc<str>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self, hash: TextHash, text: &Arc<str>) {
        self.keep(hash, Entry { text: Arc::clone(text), json: None });
    }

    /// The text as `execution` may show it: a deletion holds for one execution, whoever else has the same text.
    pub(crate) fn show(&self, execution: &str, hash: TextHash) -> Result<Shown, planloom_store::Error> {
        if let Some(text) = self.held_texts().get(&hash) {
            return Ok(Shown::Text(Arc::clone(text)));
        }
        let found = self.store.read(|snapshot| snapshot.text(execution, &hash.to_string()))?;
        Ok(match found {
            Some(planloom_store::Text::Present(text)) => Shown::Text(Arc::from(text)),
            Some(planloom_store::Text::Deleted { .. }) | None => Shown::Deleted,
        })
    }

    /// The text, or `None` when it was deleted.
    pub(crate) fn get(&self, hash: TextHash) -> Result<Option<Arc<str>>, planloom_store::Error> {
        if let Some(entry) = self.cached(hash) {
            return Ok(Some(entry.text));
        }
        if let Some(text) = self.held_texts().get(&hash) {
            return Ok(Some(Arc::clone(text)));
        }
        let text: Option<Arc<str>> =
            self.store.read(|snapshot| snapshot.text_by_hash(&hash.to_string()))?.map(Arc::from);
        if let Some(text) = &text {
            self.remember(hash, text);
        }
        Ok(text)
    }

    /// The text as JSON, or `None` when it was deleted or is none.
    pub(crate) fn get_json(&self, hash: TextHash) -> Result<Option<Arc<Value>>, planloom_store::Error> {
        if let Some(json) = self.cached(hash).and_then(|entry| entry.json) {
            return Ok(Some(json));
        }
        let Some(text) = self.get(hash)? else { return Ok(None) };
        let Ok(value) = serde_json::from_str::<Value>(&text) else { return Ok(None) };
        let json = Arc::new(value);
        self.keep(hash, Entry { text, json: Some(Arc::clone(&json)) });
        Ok(Some(json))
    }

    /// Whether all of them are in memory, or small enough to be read in passing.
    pub(crate) fn are_at_hand(&self, texts: impl Iterator<Item = TextRef>) -> bool {
        const AT_HAND_BYTES: u64 = 256 << 10;
        texts.map(|text| text.bytes).sum::<u64>() <= AT_HAND_BYTES
    }

    /// Forgets everything, after texts were deleted.
    pub(crate) fn forget(&self) {
        let mut cache = self.lock();
        cache.texts.clear();
        cache.bytes = 0;
    }

    fn cached(&self, hash: TextHash) -> Option<Entry> {
        self.lock().texts.get(&hash).cloned()
    }

    fn keep(&self, hash: TextHash, entry: Entry) {
        let bytes = entry.bytes();
        if bytes > CACHED_TEXT_BYTES {
            return;
        }
        let mut cache = self.lock();
        cache.bytes += bytes;
        if let Some((_, old)) = cache.texts.push(hash, entry) {
            cache.bytes -= old.bytes();
        }
        while cache.bytes > CACHE_BYTES {
            match cache.texts.pop_lru() {
                Some((_, old)) => cache.bytes -= old.bytes(),
                None => break,
            }
        }
    }

    /// A panic elsewhere cannot leave the cache half changed in a way that matters.
    fn lock(&self) -> std::sync::MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
