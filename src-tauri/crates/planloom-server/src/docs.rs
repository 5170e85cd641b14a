//! The page at `/api/docs`: one self-contained file that loads nothing from anywhere else.

use planloom_core::ids::hex;

const PAGE: &str = include_str!("docs.html");

/// The page, and the policy under which a browser may run it: this page's own script and style, and requests to
/// nobody but us.
pub(crate) fn page() -> (String, String) {
    let nonce = hex(&rand::random::<[u8; 16]>());
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    (PAGE.replace("{{nonce}}", &nonce), policy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_loads_nothing_from_elsewhere_and_runs_only_its_own_script() {
        let (page, policy) = page();
        assert!(!page.contains("http://") && !page.contains("https://"), "no remote address");
        assert!(!page.contains(" style=\"") && !page.contains(" onclick="), "nothing that the policy would stop");
        assert!(!page.contains("innerHTML"), "what is shown is text");
        assert!(!page.contains("{{nonce}}"));
        assert!(policy.contains("default-src 'none'"));
        assert_ne!(policy, super::page().1, "each answer has a nonce of its own");
    }
}
