//! Numbers of parameters, for people.

/// `99,889,928`: in groups of three, as papers print them. Files keep plain numbers.
pub fn thousands(n: usize) -> String {
    let figures = n.to_string();
    let mut words = String::with_capacity(figures.len() * 4 / 3);
    for (place, figure) in figures.chars().enumerate() {
        if place > 0 && (figures.len() - place).is_multiple_of(3) {
            words.push(',');
        }
        words.push(figure);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_grouped_from_the_right() {
        let found = [0, 7, 999, 1000, 99_889_928, 304_875_522].map(thousands);
        assert_eq!(found, ["0", "7", "999", "1,000", "99,889,928", "304,875,522"]);
    }
}
