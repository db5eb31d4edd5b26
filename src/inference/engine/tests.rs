//! Parts, cancel, faults, and adapters that fail.

use super::*;
use std::sync::atomic::{AtomicUsize, Ordering};

fn engine() -> Engine {
    Engine::start(EngineOptions { device: DeviceChoice::Cpu, adapter: None, threads: 1 }).expect("a thread")
}

fn all<P: Send + 'static>(question: &Question<P>) -> (Vec<P>, Outcome<()>) {
    let mut parts = Vec::new();
    loop {
        match question.wait_a_moment() {
            Some(Event::Part(part)) => parts.push(part),
            Some(Event::Ended(outcome)) => return (parts, outcome),
            None => {}
        }
    }
}

#[test]
fn parts_arrive_in_order_before_the_end_and_each_wakes() {
    let woken = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&woken);
    let wake: Wake = Arc::new(move || {
        count.fetch_add(1, Ordering::Relaxed);
    });
    let engine = engine();
    let question = engine.submit("counting", wake, |_, _, parts| {
        parts.send(1);
        parts.send(2);
        Ok(())
    });
    assert_eq!(all(&question), (vec![1, 2], Outcome::Done(())));
    assert!(woken.load(Ordering::Relaxed) >= 2);
}

#[test]
fn the_engine_survives_a_panic_and_says_what_failed() {
    let engine = engine();
    let quiet: Wake = Arc::new(|| {});
    let question = engine.submit::<()>("a test", Arc::clone(&quiet), |_, _, _| panic!("on purpose"));
    let (_, Outcome::Failed(failure)) = all(&question) else { panic!("it must fail") };
    assert_eq!((failure.what.as_str(), failure.detail.as_str()), ("a test", "on purpose"));
    let question = engine.submit("the next", quiet, |runtime, _, parts| {
        parts.send(runtime.info().backend.clone());
        Ok(())
    });
    assert_eq!(all(&question), (vec!["flex".to_owned()], Outcome::Done(())));
}

#[test]
fn a_cancelled_question_ends_as_cancelled_waiting_or_running() {
    let engine = engine();
    let quiet: Wake = Arc::new(|| {});
    let running = engine.submit::<()>("running", Arc::clone(&quiet), |_, ctx, _| {
        loop {
            ctx.check()?;
            std::thread::yield_now();
        }
    });
    let waiting = engine.submit("waiting", quiet, |_, _, parts| {
        parts.send(1);
        Ok(())
    });
    waiting.context().cancel();
    running.context().cancel();
    assert_eq!(all(&running), (vec![], Outcome::Cancelled));
    assert_eq!(all(&waiting), (vec![], Outcome::Cancelled));
}

#[test]
fn dropping_the_engine_cancels_its_work_and_waits_for_every_thread() {
    let (entered, running) = channel();
    let gone = Arc::new(AtomicUsize::new(0));
    /// Counts on the thread that ends, as late as a thread can.
    struct AtTheEnd(Arc<AtomicUsize>);
    impl Drop for AtTheEnd {
        fn drop(&mut self) {
            std::thread::sleep(Duration::from_millis(50));
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
    thread_local! {
        static MARK: std::cell::RefCell<Option<AtTheEnd>> = const { std::cell::RefCell::new(None) };
    }
    let engine = engine();
    let count = Arc::clone(&gone);
    let quiet: Wake = Arc::new(|| {});
    let question = engine.submit::<()>("endless", Arc::clone(&quiet), move |_, ctx, _| {
        // On the pool's thread, where the processor's work runs.
        MARK.with(|mark| *mark.borrow_mut() = Some(AtTheEnd(Arc::clone(&count))));
        let _ = entered.send(());
        loop {
            ctx.check()?;
            std::thread::yield_now();
        }
    });
    let waiting = engine.submit::<()>("waiting", quiet, |_, _, _| Ok(()));
    running.recv().expect("it runs");
    drop(engine);
    assert_eq!(gone.load(Ordering::SeqCst), 1, "the thread is gone when the engine is");
    assert_eq!(all(&question), (vec![], Outcome::Cancelled));
    assert_eq!(all(&waiting), (vec![], Outcome::Cancelled));
}

#[test]
fn an_engine_whose_work_does_not_stop_is_dropped_all_the_same() {
    let (let_go, held) = channel::<()>();
    let held = Mutex::new(held);
    let (entered, running) = channel();
    let engine = engine();
    let _question = engine.submit::<()>("deaf", Arc::new(|| {}), move |_, _, _| {
        let _ = entered.send(());
        let _ = held.lock().map(|held| held.recv());
        Ok(())
    });
    running.recv().expect("it runs");
    let started = std::time::Instant::now();
    drop(engine);
    assert!(started.elapsed() < LONGEST_END * 3, "the wait is bounded");
    drop(let_go);
}

/// Asks a pretended adapter, and says what came of it: the outcome, the parts, what the user is
/// told, and whether the adapter is still in use.
fn asked(
    work: impl Fn(&mut Runtime, &JobContext, &Parts<String>) -> Result<(), Stopped> + Sync,
) -> (Outcome<()>, Vec<String>, Vec<String>, bool) {
    let pool = Pool::new(1).expect("a pool");
    let mut runtime = Runtime::with_pretended_gpu(None);
    assert!(runtime.on_gpu());
    let (send, parts) = channel();
    let to = Parts { send: Box::new(move |part| send.send(part).expect("a listener")) };
    let ctx = JobContext::unobserved();
    let outcome = attempt("a question", &mut runtime, &pool, &ctx, &to, &work);
    runtime.begin(true);
    (outcome, parts.try_iter().collect(), runtime.status().take_notices(), runtime.on_gpu())
}

#[test]
fn an_adapter_that_panics_is_given_up_and_the_processor_answers_the_same_question() {
    let (outcome, parts, notices, kept) = asked(|runtime, _, parts| {
        assert!(!runtime.on_gpu(), "device lost");
        parts.send(runtime.info().backend.clone());
        Ok(())
    });
    assert_eq!((outcome, parts, kept), (Outcome::Done(()), vec!["flex".to_owned()], false));
    assert!(notices[0].contains("pretended") && notices[0].contains("processor"), "{notices:?}");
}

#[test]
fn an_adapter_whose_numbers_are_none_is_given_up_when_the_processor_has_an_answer() {
    let (outcome, parts, notices, kept) = asked(|runtime, _, parts| {
        if runtime.on_gpu() {
            return Err(Stopped::Adapter("its answer is no number".to_owned()));
        }
        parts.send(runtime.info().backend.clone());
        Ok(())
    });
    assert_eq!((outcome, parts, kept), (Outcome::Done(()), vec!["flex".to_owned()], false));
    assert!(
        notices[0].contains("pretended adapter failed (its answer is no number)")
            && notices[0].contains("runs on the processor"),
        "{notices:?}"
    );
}

#[test]
fn an_adapter_is_kept_when_the_processor_fails_in_the_same_way() {
    let (outcome, parts, notices, kept) = asked(|runtime, _, parts| {
        if runtime.on_gpu() {
            return Err(Stopped::Adapter("its answer is no number".to_owned()));
        }
        parts.send("the weights do not suit this input".to_owned());
        Err(Stopped::Told)
    });
    assert_eq!((outcome, parts.len(), kept), (Outcome::Done(()), 1, true));
    assert_eq!(notices, Vec::<String>::new());
}

#[test]
fn the_device_of_a_piece_of_work_does_not_change_under_it() {
    let (outcome, parts, _, kept) = asked(|runtime, _, parts| {
        // As a warm-up that ends in the middle: the work goes on where it began.
        runtime.status().lost("meanwhile".to_owned());
        parts.send(runtime.info().backend.clone());
        Ok(())
    });
    assert_eq!((outcome, parts, kept), (Outcome::Done(()), vec!["wgpu".to_owned()], false));
}

#[test]
fn the_engine_names_the_device_that_answers_now() {
    let engine = Engine::with_pretended_gpu(None);
    assert_eq!(engine.device().name, "pretended adapter");
    let question = engine.submit::<()>("a question", Arc::new(|| {}), |runtime, _, _| {
        assert!(!runtime.on_gpu(), "device lost");
        Ok(())
    });
    assert_eq!(all(&question), (vec![], Outcome::Done(())));
    assert_eq!(engine.device().backend, "flex");
    assert_eq!(engine.take_notices().len(), 1);
}
