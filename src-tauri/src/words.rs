//! What the shell itself says (dialogs and the application menu), in English and German. Everything else that stands
//! on the screen is the page's.

use serde::Deserialize;

/// A language of the interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Language {
    #[default]
    #[serde(rename = "en")]
    English,
    #[serde(rename = "de")]
    German,
}

impl Language {
    /// The system's, until the page says which one was chosen.
    pub fn of_system() -> Language {
        Language::of_tag(&sys_locale::get_locale().unwrap_or_default())
    }

    fn of_tag(tag: &str) -> Language {
        let primary = tag.split(['-', '_', '.']).next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("de") { Language::German } else { Language::English }
    }

    /// One of two texts.
    pub fn pick(self, english: &'static str, german: &'static str) -> &'static str {
        match self {
            Language::English => english,
            Language::German => german,
        }
    }

    /// What is asked before executions are stopped, and what comes of it.
    pub fn stop_question(self, running: u64) -> (String, &'static str) {
        match (self, running) {
            (Language::English, 1) => ("Stop 1 running execution?".to_owned(), "It goes on at the next start."),
            (Language::English, _) => (format!("Stop {running} running executions?"), "They go on at the next start."),
            (Language::German, 1) => {
                ("1 laufende Ausführung anhalten?".to_owned(), "Sie geht beim nächsten Start weiter.")
            }
            (Language::German, _) => {
                (format!("{running} laufende Ausführungen anhalten?"), "Sie gehen beim nächsten Start weiter.")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn german_is_found_by_its_tag() {
        for tag in ["de", "de-DE", "de_AT.UTF-8", "DE"] {
            assert_eq!(Language::of_tag(tag), Language::German, "{tag}");
        }
        for tag in ["", "C", "en-GB", "den", "fr_FR"] {
            assert_eq!(Language::of_tag(tag), Language::English, "{tag}");
        }
    }

    #[test]
    fn the_question_counts() {
        let asked = |language: Language, running| {
            let (question, what_follows) = language.stop_question(running);
            format!("{question} {what_follows}")
        };
        assert_eq!(asked(Language::English, 1), "Stop 1 running execution? It goes on at the next start.");
        assert_eq!(asked(Language::English, 3), "Stop 3 running executions? They go on at the next start.");
        assert!(asked(Language::German, 1).starts_with("1 laufende Ausführung anhalten? Sie geht"));
        assert!(asked(Language::German, 12).starts_with("12 laufende Ausführungen anhalten? Sie gehen"));
    }
}
