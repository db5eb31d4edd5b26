//! The language of the system.

use unic_langid::LanguageIdentifier;

use super::books::Language;

/// The language that the system is set to, where the window speaks it; else English.
pub fn of_system() -> Language {
    sys_locale::get_locale().map_or(Language::ENGLISH, |locale| of_locale(&locale))
}

/// The language of a locale such as `de-AT`; English where the window does not speak it.
fn of_locale(locale: &str) -> Language {
    let code = locale.parse::<LanguageIdentifier>().map(|id| id.language.to_string());
    code.ok().and_then(|code| Language::of_code(&code)).unwrap_or(Language::ENGLISH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_is_told_by_its_language_alone() {
        let codes = ["de-AT", "de_CH", "de", "en-GB", "fr-FR", "C", ""].map(|l| of_locale(l).code());
        assert_eq!(codes, ["de", "de", "de", "en", "en", "en", "en"]);
    }
}
