//! Choices by chance that depend on a seed alone.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The numbers below `count` in an order of the seed (Fisher and Yates).
pub fn shuffled(count: usize, seed: u64) -> Vec<usize> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut order: Vec<usize> = (0..count).collect();
    for last in (1..count).rev() {
        let place = (u128::from(rng.next_u64()) * (last as u128 + 1)) >> 64;
        order.swap(last, place as usize);
    }
    order
}

/// Folds by nodule, as M3Net was published: each class is dealt out in turn, whoever its patients are.
/// Nodules of one patient fall into several folds, so a model is tested on patients that taught it:
/// only to show how much that flatters.
/// - returns: the fold of each case, 0 to `folds` less 1
pub fn nodule_level_folds(malignant: &[bool], folds: u32, seed: u64) -> Vec<u32> {
    let mut fold_of = vec![0; malignant.len()];
    let mut dealt = [0, 0];
    for case in shuffled(malignant.len(), seed) {
        let class = usize::from(malignant.get(case) == Some(&true));
        if let (Some(fold), Some(next)) = (fold_of.get_mut(case), dealt.get_mut(class)) {
            *fold = *next % folds.max(1);
            *next += 1;
        }
    }
    fold_of
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_holds_every_number_once_and_follows_the_seed() {
        let mut order = shuffled(50, 3);
        assert_eq!(order, shuffled(50, 3));
        assert_ne!(order, shuffled(50, 4));
        order.sort_unstable();
        assert_eq!(order, (0..50).collect::<Vec<_>>());
        assert_eq!((shuffled(0, 1), shuffled(1, 1)), (vec![], vec![0]));
    }

    #[test]
    fn folds_by_nodule_have_equal_shares_of_each_class() {
        let malignant: Vec<bool> = (0..100).map(|n| n % 4 == 0).collect();
        let folds = nodule_level_folds(&malignant, 5, 1);
        for fold in 0..5 {
            let of = |class| (0..100).filter(|&n| folds[n] == fold && malignant[n] == class).count();
            assert_eq!((of(true), of(false)), (5, 15));
        }
    }
}
