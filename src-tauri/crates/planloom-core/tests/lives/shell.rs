//! The shell's part of the world: starts what is wanted and missing, aborts the unwanted, and goes down and up again.

use super::*;

impl World {
    /// Starts and aborts after a commit, from the tasks that changed alone; and the same set from all of them.
    pub(super) fn reconcile(&mut self) {
        for step in self.state.take_touched() {
            match self.state.effect_of(step) {
                Some(effect) => drop(self.wanted.insert(step, effect)),
                None => drop(self.wanted.remove(&step)),
            }
            self.announce(step);
        }
        let mut all: Vec<Effect> = self.state.effects().collect();
        let wake = match all.last() {
            Some(Effect::WakeAt { at_ms }) => Some(*at_ms),
            Some(Effect::Evaluate { .. } | Effect::Call { .. }) | None => None,
        };
        if wake.is_some() {
            all.pop();
        }
        assert_eq!(wake, self.state.wake_at_ms());
        let incremental: Vec<Effect> = self.wanted.values().copied().collect();
        assert_eq!(all, incremental, "what is wanted, found in two ways");
        self.abort_unwanted();
        for effect in all {
            self.begin(effect);
        }
        self.set_alarm(wake);
    }

    fn abort_unwanted(&mut self) {
        let wanted = &self.wanted;
        let is_wanted = |step: &StepIndex, call: u32, phase: Phase| {
            wanted.get(step) == Some(&Effect::Call { step: *step, call, phase })
        };
        let unwanted: Vec<StepIndex> = self
            .calls
            .iter()
            .filter(|(step, (call, phase))| !is_wanted(step, *call, *phase))
            .map(|(step, _)| *step)
            .collect();
        for step in unwanted {
            self.calls.remove(&step);
        }
        self.evaluating.retain(|step| wanted.get(step) == Some(&Effect::Evaluate { step: *step }));
    }

    fn begin(&mut self, effect: Effect) {
        match effect {
            Effect::WakeAt { .. } => panic!("the timer comes last"),
            Effect::Evaluate { step } => {
                assert_eq!(self.referee.tasks[step as usize].place, crate::referee::Place::Due);
                if self.evaluating.insert(step) {
                    let result = if self.chaos(10) {
                        Err(answers::failure(&mut self.dice, Cost::NOTHING))
                    } else {
                        Ok(self.dice.percent(65))
                    };
                    let delay_ms = self.dice.range(0, 3) as i64;
                    self.say_in(delay_ms, Input::Condition { step, result });
                }
            }
            Effect::Call { step, call, phase } => {
                // Only what is committed is seen by the referee: no call without a durable start.
                let seen = &self.referee.tasks[step as usize];
                assert_eq!((seen.place, seen.call), (crate::referee::Place::InFlight(phase), call));
                if let Some(running) = self.calls.get(&step) {
                    assert_eq!(*running, (call, phase), "two calls for one task");
                    return;
                }
                self.calls.insert(step, (call, phase));
                self.call(step, call, phase);
            }
        }
    }

    /// A model is called; what it will say is drawn now, and comes later, perhaps twice, perhaps after its abort.
    fn call(&mut self, step: StepIndex, call: u32, phase: Phase) {
        let ceiling = self.ceilings[step as usize];
        let faulty = self.dice.percent(self.faults);
        let simulated =
            self.prices == Some(Prices::FREE) && self.state.start.as_ref().is_some_and(|start| start.simulated);
        let (ceiling, prices) = match phase {
            Phase::Call => (ceiling.call, self.prices),
            Phase::Repair => (ceiling.repair, self.prices),
            Phase::Score if simulated => (0, Some(Prices::FREE)),
            Phase::Score => (ceiling.score, Some(PRICED)),
        };
        let (real, cost) = answers::cost(&mut self.dice, ceiling, prices, !faulty || phase == Phase::Score);
        self.paid += real;
        let input = if phase == Phase::Score {
            let scoring = Box::new(answers::scoring(&mut self.dice, cost, self.calm));
            Input::Scored { step, call, scoring }
        } else if faulty {
            let failure = answers::failure(&mut self.dice, cost);
            self.referee.failures.insert((step, call), failure.clone());
            Input::Answered { step, call, result: Err(failure) }
        } else {
            let mismatch = self.plan.with_schema[step as usize] && self.chaos(50);
            Input::Answered { step, call, result: Ok(answers::answer(&mut self.dice, cost, mismatch)) }
        };
        let delay_ms = self.dice.range(0, 30_000) as i64;
        if self.chaos(5) {
            let again_ms = delay_ms + self.dice.range(0, 60_000) as i64;
            self.say_in(again_ms, input.clone());
        }
        self.say_in(delay_ms, input);
    }

    fn set_alarm(&mut self, wake: Option<i64>) {
        if wake == self.wake {
            return;
        }
        self.wake = wake;
        if let Some(at_ms) = wake {
            // A timer may be late, and hardly ever by much.
            let lag_ms = if self.chaos(2) { self.dice.range(0, 100_000) } else { self.dice.range(0, 20) } as i64;
            let delay_ms = (at_ms - self.now_ms()).max(0) + lag_ms;
            self.after(delay_ms, Happening::Wake);
        }
    }

    /// A new approval may reach somebody.
    fn announce(&mut self, step: StepIndex) {
        let task = &self.state.tasks[step as usize];
        let TaskState::AwaitingApproval(approval) = &task.state else { return };
        let name = (step, task.call, approval.requested_at_ms);
        if self.reviewing.insert(name) && (self.calm || self.dice.percent(75)) {
            let most_ms = self.dice.pick(&[10, 60_000, 7_200_000]);
            let delay_ms = self.dice.range(0, most_ms) as i64;
            self.after(delay_ms, Happening::Review { step });
        }
    }

    /// The state as the journal has it.
    fn refold(&self) -> ExecutionState {
        let mut state = ExecutionState::new(Arc::clone(&self.state.id), Arc::clone(&self.plan.shape));
        for (at_ms, text) in &self.journal {
            state.apply(&serde_json::from_str(text).expect("an event is read back"), *at_ms);
        }
        state.take_touched();
        state
    }

    /// Replay equals live, in every field.
    pub(super) fn check_replay(&self) {
        let replayed = self.refold();
        assert_eq!(replayed, self.state, "replay differs from live");
    }

    /// The process dies in the middle of a batch; what was not committed never happened.
    pub(super) fn crash(&mut self) {
        self.batch.clear();
        self.answers.clear();
        self.calls.clear();
        self.evaluating.clear();
        self.reviewing.clear();
        self.wake = None;
        self.state = self.refold();
        let dead = |happening: &Happening| match happening {
            Happening::Say(input) => {
                matches!(**input, Input::Answered { .. } | Input::Scored { .. } | Input::Condition { .. })
            }
            Happening::Wake => true,
            Happening::Review { .. } | Happening::Crash | Happening::ClockJump => false,
            Happening::Raise | Happening::Resume | Happening::Nudge => false,
        };
        // An answer of the dead process may turn up all the same.
        let ghosts = self.dice.percent(30);
        self.agenda.retain(|_, happening| !dead(happening) || (ghosts && !matches!(happening, Happening::Wake)));
        let down_ms = self.dice.pick(&[0, 1_000, 60_000, 3_600_000, 90_000_000]);
        self.true_ms += self.dice.range(0, down_ms) as i64;
        if self.state.stage == Stage::New {
            // The start was lost: it was not acknowledged, so it is asked for again.
            let mut dice = Dice::new(self.happened);
            let mut start = random_start(&mut dice, &self.plan.shape);
            start.simulated = self.prices == Some(Prices::FREE) && start.simulated;
            if self.prices != Some(PRICED) {
                start.options.max_cost = None;
            }
            self.allowed = start.options.max_cost.and_then(PicoUsd::from_usd).map(|cost| cost.0);
            let starts =
                |happening: &Happening| matches!(happening, Happening::Say(said) if matches!(**said, Input::Start(_)));
            self.agenda.retain(|_, happening| !starts(happening));
            return self.say_in(0, Input::Start(Box::new(start)));
        }
        self.rebuild();
        if self.state.stage == Stage::Open {
            self.say(Input::Recover);
            if self.chaos(10) {
                return self.crash();
            }
        }
        self.admit();
        self.commit();
    }

    /// The commit fails, the process lives: the state is read again, answers are kept and said again, and people
    /// were told that nothing was done.
    pub(super) fn fail_commit(&mut self) {
        self.batch.clear();
        let answers = std::mem::take(&mut self.answers);
        if self.state.start.is_some() && self.journal.is_empty() {
            return self.crash();
        }
        self.state = self.refold();
        self.rebuild();
        self.wake = None;
        for input in answers {
            self.say_in(40, input);
        }
        self.after(50, Happening::Nudge);
        self.commit();
    }

    fn rebuild(&mut self) {
        self.wanted.clear();
        for step in 0..self.state.tasks.len() as StepIndex {
            if let Some(effect) = self.state.effect_of(step) {
                self.wanted.insert(step, effect);
            }
            self.announce(step);
        }
    }
}
