//! Executions as they were last given out, ready to be given again; a commit that touches one makes it stale.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use lru::LruCache;

/// Pages that are kept.
const PAGES: usize = 128;
/// A page above this is made anew each time.
const PAGE_BYTES: usize = 256 << 10;

/// One page: an execution with or without its texts.
type Key = (Arc<str>, bool);

/// The pages.
pub(crate) struct Pages {
    pages: Mutex<LruCache<Key, Bytes>>,
    /// Raised by every commit, so that a page that was being made meanwhile is not kept.
    generation: AtomicU64,
}

impl Pages {
    pub(crate) fn new() -> Pages {
        let size = NonZeroUsize::new(PAGES).unwrap_or(NonZeroUsize::MIN);
        Pages { pages: Mutex::new(LruCache::new(size)), generation: AtomicU64::new(0) }
    }

    pub(crate) fn get(&self, id: &Arc<str>, texts: bool) -> Option<Bytes> {
        self.lock().get(&(Arc::clone(id), texts)).cloned()
    }

    /// To be read before a page is made, and given to `keep`.
    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    pub(crate) fn keep(&self, id: &Arc<str>, texts: bool, page: Bytes, generation: u64) {
        let mut pages = self.lock();
        if page.len() <= PAGE_BYTES && generation == self.generation() {
            pages.put((Arc::clone(id), texts), page);
        }
    }

    pub(crate) fn forget<'a>(&self, ids: impl Iterator<Item = &'a Arc<str>>) {
        let mut pages = self.lock();
        self.generation.fetch_add(1, Ordering::AcqRel);
        if pages.is_empty() {
            return;
        }
        for id in ids {
            pages.pop(&(Arc::clone(id), true));
            pages.pop(&(Arc::clone(id), false));
        }
    }

    pub(crate) fn forget_all(&self) {
        let mut pages = self.lock();
        self.generation.fetch_add(1, Ordering::AcqRel);
        pages.clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, LruCache<Key, Bytes>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
