//! What flows through the attention of all blocks of a transformer to the token that answers.

/// Shares of the last block's tokens, carried back to those of the input through block after block: each row becomes
/// `keep` of itself and `take` of what its tokens attend to.
///
/// - `reads`: share of each token in the answer
/// - `blocks`: first to last, of each what every token attends to, query by key
/// - returns: of each token of the input
pub(super) fn carried(reads: Vec<f64>, blocks: &[impl AsRef<[f32]>], [keep, take]: [f64; 2]) -> Vec<f64> {
    let tokens = reads.len();
    blocks.iter().rev().fold(reads, |row, attention| {
        let mut next: Vec<f64> = row.iter().map(|share| keep * share).collect();
        for (share, keys) in row.iter().zip(attention.as_ref().chunks_exact(tokens.max(1))) {
            next.iter_mut().zip(keys).for_each(|(to, weight)| *to += take * share * f64::from(*weight));
        }
        next
    })
}

/// Of attention rollout, `(A + I) / 2` of every block. Source: Abnar and Zuidema 2020, arXiv 2005.00928, equation 1.
pub(super) const ROLLOUT: [f64; 2] = [0.5, 0.5];
/// Of relevance, `I + A` of every block. Source: Chefer, Gur and Wolf 2021, arXiv 2103.15679, equations 5 and 6.
pub(super) const RELEVANCE: [f64; 2] = [1.0, 1.0];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_go_back_through_the_product_of_the_blocks() {
        let first = [0.0, 1.0, 0.5, 0.5];
        let last = [0.25, 0.75, 1.0, 0.0];
        // (I + last)(I + first), its first row: [1.25 0.75] [1 1; 0.5 1.5].
        assert_eq!(carried(vec![1.0, 0.0], &[first, last], RELEVANCE), [1.625, 2.375]);
        let found = carried(vec![1.0, 0.0], &[first, last], ROLLOUT);
        assert_eq!(found, [1.625 / 4.0, 2.375 / 4.0]);
        assert_eq!(found.iter().sum::<f64>(), 1.0, "shares stay shares");
    }
}
