//! Who may ask for what: one function, asked by pages, the API and the command line alike.

use domain::{
    firm::{Role, Side},
    ids::UserId,
};

/// Somebody who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub user: UserId,
    /// What they may do.
    pub role: Role,
    /// Where they stand.
    pub side: Side,
}

/// Something that can be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// To see leads, their scores, clocks and history.
    SeeLeads,
    /// To see how a person can be reached: addresses and numbers.
    SeeReach,
    /// To read the Agreement and its versions.
    SeeAgreement,
    /// To put a text before both sides, or to take one back.
    Propose,
    /// To sign for a side; the Agreement itself says which one person does.
    Sign(Side),
    /// To see figures of departments.
    SeeScoreboard,
    /// To see figures of this person.
    SeeFiguresOf(UserId),
    /// To see figures of every person, side by side.
    SeeEverybodysFigures,
    /// To see who is there.
    SeePeople,
    /// To let people in, and to change what is known of them and what they may do.
    ManagePeople,
    /// To end the sessions of this person.
    EndSessionsOf(UserId),
    /// To write down or take back an absence of this person, whom the second leads.
    EnterAbsenceOf(UserId, Option<UserId>),
    /// To vouch for what this person, whom the second leads, was trained in, and that they were met.
    VouchFor(UserId, Option<UserId>),
    /// To pass the book of this person on, whom the second leads.
    PassOnBookOf(UserId, Option<UserId>),
    /// To bring data in.
    Import,
    /// To look through every fact of the ledger.
    SearchLedger,
    /// To check, rebuild and export the ledger.
    CheckLedger,
    /// To give leads to other owners.
    AssignLeads,
    /// To answer a handoff that is this person's, for whom the others answer: who leads them, and who
    /// does their work while they are away.
    AnswerHandoffOf(Option<UserId>, Vec<UserId>),
    /// To contest the answer to a handoff.
    ContestHandoffs,
    /// To ask a colleague for something.
    MakeRequests,
    /// To answer a request that is theirs: whoever is asked, stands in for them or leads them.
    AnswerRequestOf(Vec<UserId>),
    /// To take back what they asked for.
    WithdrawRequestOf(UserId),
    /// To contest what became of a request at whose ends they stand, or lead those who do.
    ContestRequestOf(Vec<UserId>),
    /// To contest a clause of the Agreement, or that an opportunity counts towards a goal.
    ContestClauses,
    /// To say something about a clause that a proposal changes.
    CommentOnClauses,
    /// To close an action that is this person's.
    CloseActionOf(Option<UserId>),
    /// To give evidence for a persona of those who buy.
    GiveEvidence,
    /// To give evidence for the persona of those who sell.
    GiveEvidenceOfSellers,
    /// To take back evidence that this person gave.
    TakeBackEvidenceOf(UserId),
    /// To speak for a side in a dispute.
    AnswerDisputes,
    /// To correct what was reported of leads and accounts.
    CorrectLeads,
    /// To correct what was reported of opportunities.
    CorrectOpportunities,
    /// To look through all leads that may be of one person.
    SeeDuplicates,
    /// To merge leads of one person, to make them two again, and to say that they are two.
    MergeLeads,
    /// To keep views of lists for oneself.
    KeepViews,
    /// To keep views for one's team.
    ShareWithTeam,
    /// To keep views for everybody.
    ShareWithEverybody,
}

/// Why somebody may not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} {} may not {what}: ask {ask}", article(role.words()), role.words())]
pub struct AccessRefusal {
    /// The role that does not include it.
    pub role: Role,
    /// What was asked for.
    pub what: &'static str,
    /// Who may.
    pub ask: &'static str,
}

/// `a rep`, `an auditor`.
fn article(words: &str) -> &'static str {
    if words.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

/// Whether `actor` may do `act`.
///
/// # Errors
/// [`AccessRefusal`] says who may.
pub fn may(actor: &Actor, act: &Act) -> Result<(), AccessRefusal> {
    let (allowed, what, ask) = by_people(actor, act)
        .or_else(|| by_handing_over(actor, act))
        .or_else(|| by_leads(actor, act))
        .or_else(|| by_requests(actor, act))
        .or_else(|| by_views(actor, act))
        .unwrap_or_else(|| by_work(actor, act));
    if allowed { Ok(()) } else { Err(AccessRefusal { role: actor.role, what, ask }) }
}

/// Whether somebody may, what that is in words, and whom to ask.
type Judged = (bool, &'static str, &'static str);

/// What concerns colleagues: who is there, and what becomes of them.
fn by_people(actor: &Actor, act: &Act) -> Option<Judged> {
    use Role::*;
    Some(match act {
        Act::SeeEverybodysFigures => {
            (sees_everybody(actor.role), "see figures person by person", "your manager")
        }
        Act::SeePeople => (true, "see who is there", "revenue operations"),
        Act::ManagePeople => {
            (matches!(actor.role, Operations | Leader), "let people in", "revenue operations")
        }
        Act::EndSessionsOf(user) => (
            *user == actor.user || matches!(actor.role, Operations | Leader),
            "end another person's sessions",
            "revenue operations",
        ),
        Act::EnterAbsenceOf(user, manager) => (
            !matches!(actor.role, ReadOnly | Auditor)
                && (*user == actor.user
                    || manager.as_ref() == Some(&actor.user)
                    || matches!(actor.role, Operations | Leader)),
            "write down when somebody else is away",
            "them, or whoever leads them",
        ),
        Act::VouchFor(user, manager) => (
            *user != actor.user
                && (matches!(actor.role, Operations | Leader)
                    || (manager.as_ref() == Some(&actor.user)
                        && !matches!(actor.role, ReadOnly | Auditor))),
            "vouch for what somebody was trained in",
            "whoever leads them",
        ),
        Act::PassOnBookOf(user, manager) => (
            matches!(actor.role, Operations | Leader)
                || (*user == actor.user && matches!(actor.role, Rep | SalesManager))
                || (manager.as_ref() == Some(&actor.user)
                    && !matches!(actor.role, ReadOnly | Auditor)),
            "pass another person's book on",
            "whoever leads them",
        ),
        _ => return None,
    })
}

/// What concerns handoffs and disputes.
fn by_handing_over(actor: &Actor, act: &Act) -> Option<Judged> {
    use Role::*;
    let a_manager = "a manager of your side";
    Some(match act {
        Act::AnswerHandoffOf(owner, others) => (
            actor.role == SalesManager
                || (owner.is_none() && actor.role == Rep)
                || (!matches!(actor.role, ReadOnly | Auditor)
                    && (owner.as_ref() == Some(&actor.user) || others.contains(&actor.user))),
            "answer another person's handoff",
            "whoever has it, leads them, or does their work while they are away",
        ),
        Act::AssignLeads => (
            matches!(actor.role, SalesManager | Operations),
            "give leads to other owners",
            "a manager of sales",
        ),
        Act::ContestHandoffs => (
            matches!(actor.role, Marketer | MarketingManager),
            "contest the answer to a handoff",
            "somebody in marketing",
        ),
        Act::ContestClauses => {
            (!matches!(actor.role, ReadOnly | Auditor), "contest a clause or a credit", a_manager)
        }
        Act::CloseActionOf(owner) => (
            owner.as_ref() == Some(&actor.user)
                || matches!(actor.role, SalesManager | MarketingManager | Operations | Leader),
            "close another person's action",
            "whoever has it, or a manager",
        ),
        Act::CommentOnClauses => {
            (!matches!(actor.role, ReadOnly | Auditor), "comment on a clause", a_manager)
        }
        Act::GiveEvidence => (
            matches!(actor.role, Rep | SalesManager | Marketer | MarketingManager),
            "give evidence for a persona",
            "somebody of either side",
        ),
        Act::GiveEvidenceOfSellers => (
            matches!(actor.role, Rep | SalesManager),
            "give evidence for those who sell",
            "somebody in sales",
        ),
        Act::TakeBackEvidenceOf(user) => (
            matches!(actor.role, SalesManager | MarketingManager)
                || (*user == actor.user && !matches!(actor.role, ReadOnly | Auditor)),
            "take back what somebody else gave",
            "whoever gave it, or a manager of either side",
        ),
        Act::AnswerDisputes => (
            matches!(actor.role, Rep | SalesManager | Marketer | MarketingManager),
            "speak for a side in a dispute",
            a_manager,
        ),
        _ => return None,
    })
}

/// What concerns requests: those who work here ask and are asked, whatever their side.
fn by_requests(actor: &Actor, act: &Act) -> Option<Judged> {
    let works = !matches!(actor.role, Role::ReadOnly | Role::Auditor);
    Some(match act {
        Act::MakeRequests => (works, "ask a colleague for something", "somebody who works here"),
        Act::AnswerRequestOf(whose) => (
            works && whose.contains(&actor.user),
            "answer another person's request",
            "whoever is asked, or leads them",
        ),
        Act::WithdrawRequestOf(by) => {
            (works && *by == actor.user, "take back another person's request", "whoever made it")
        }
        Act::ContestRequestOf(whose) => (
            works && whose.contains(&actor.user),
            "contest what became of this request",
            "whoever made it or was asked, or leads them",
        ),
        _ => return None,
    })
}

/// What is done to leads, and with all of them.
fn by_leads(actor: &Actor, act: &Act) -> Option<Judged> {
    use Role::*;
    Some(match act {
        Act::SeeReach => (
            !matches!(actor.role, ReadOnly | Auditor),
            "see how people can be reached",
            "somebody who works with them",
        ),
        Act::CorrectLeads => (
            matches!(actor.role, SalesManager | Marketer | MarketingManager | Operations),
            "correct what was reported of leads",
            "a manager of your side",
        ),
        Act::CorrectOpportunities => (
            matches!(actor.role, SalesManager | Operations),
            "correct what was reported of opportunities",
            "a manager of sales",
        ),
        Act::SeeDuplicates => (
            matches!(actor.role, SalesManager | MarketingManager | Operations),
            "look through leads that may be of one person",
            "a manager of your side",
        ),
        Act::MergeLeads => (
            matches!(actor.role, SalesManager | MarketingManager | Operations),
            "merge leads",
            "a manager of your side",
        ),
        _ => return None,
    })
}

/// Views of lists: for oneself, and for others.
fn by_views(actor: &Actor, act: &Act) -> Option<Judged> {
    use Role::*;
    Some(match act {
        Act::KeepViews => (true, "keep views", "revenue operations"),
        Act::ShareWithTeam => (
            matches!(actor.role, SalesManager | MarketingManager | Operations | Leader),
            "keep views for a team",
            "a manager of your side",
        ),
        Act::ShareWithEverybody => (
            matches!(actor.role, Operations | Leader),
            "keep views for everybody",
            "revenue operations",
        ),
        _ => return None,
    })
}

/// Everything else; what is left was judged by one of those before.
fn by_work(actor: &Actor, act: &Act) -> Judged {
    use Role::*;
    match act {
        Act::SeeLeads => (true, "see leads", "revenue operations"),
        Act::SeeAgreement => (true, "read the Agreement", "revenue operations"),
        Act::Propose => (
            matches!(actor.role, SalesManager | MarketingManager | Operations | Leader),
            "propose a text or take one back",
            "a manager of your side",
        ),
        Act::Sign(side) => (
            actor.side == *side && matches!(actor.role, SalesManager | MarketingManager | Leader),
            "sign for this side",
            "the person whom the Agreement names",
        ),
        Act::SeeScoreboard => (true, "see the scoreboard", "revenue operations"),
        Act::SeeFiguresOf(user) => (
            *user == actor.user || sees_everybody(actor.role),
            "see another person's figures",
            "them, or their manager",
        ),
        Act::Import => {
            (matches!(actor.role, Operations | Leader), "bring data in", "revenue operations")
        }
        Act::SearchLedger => (
            matches!(actor.role, Operations | Leader | Auditor),
            "look through the ledger",
            "revenue operations",
        ),
        Act::CheckLedger => {
            (matches!(actor.role, Operations | Auditor), "check the ledger", "revenue operations")
        }
        Act::AnswerHandoffOf(..)
        | Act::AssignLeads
        | Act::ContestHandoffs
        | Act::MakeRequests
        | Act::AnswerRequestOf(_)
        | Act::WithdrawRequestOf(_)
        | Act::ContestRequestOf(_)
        | Act::ContestClauses
        | Act::CommentOnClauses
        | Act::CloseActionOf(_)
        | Act::GiveEvidence
        | Act::GiveEvidenceOfSellers
        | Act::TakeBackEvidenceOf(_)
        | Act::AnswerDisputes
        | Act::SeeReach
        | Act::CorrectLeads
        | Act::CorrectOpportunities
        | Act::SeeDuplicates
        | Act::MergeLeads
        | Act::SeeEverybodysFigures
        | Act::PassOnBookOf(..)
        | Act::VouchFor(..)
        | Act::SeePeople
        | Act::ManagePeople
        | Act::EndSessionsOf(_)
        | Act::KeepViews
        | Act::ShareWithTeam
        | Act::ShareWithEverybody
        | Act::EnterAbsenceOf(..) => (false, "do this", "revenue operations"),
    }
}

fn sees_everybody(role: Role) -> bool {
    use Role::*;
    matches!(role, SalesManager | MarketingManager | Operations | Leader | Auditor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actor(role: Role) -> Actor {
        Actor { user: "u1".into(), role, side: role.side() }
    }

    #[test]
    fn each_role_may_what_its_work_needs_and_no_more() {
        use Role::*;
        const WRITING: [Role; 6] =
            [Rep, SalesManager, Marketer, MarketingManager, Operations, Leader];
        let table: [(Act, &[Role]); 49] = [
            (Act::SeeLeads, &Role::ALL),
            (Act::SeeReach, &WRITING),
            (Act::Propose, &[SalesManager, MarketingManager, Operations, Leader]),
            (Act::Sign(Side::Sales), &[SalesManager]),
            (Act::Sign(Side::Marketing), &[MarketingManager]),
            (Act::ManagePeople, &[Operations, Leader]),
            (Act::Import, &[Operations, Leader]),
            (Act::EndSessionsOf("u1".into()), &Role::ALL),
            (Act::EndSessionsOf("u2".into()), &[Operations, Leader]),
            (Act::EnterAbsenceOf("u1".into(), None), &WRITING),
            (Act::EnterAbsenceOf("u2".into(), Some("u1".into())), &WRITING),
            (Act::EnterAbsenceOf("u2".into(), Some("u3".into())), &[Operations, Leader]),
            (Act::VouchFor("u1".into(), Some("u1".into())), &[]),
            (Act::VouchFor("u2".into(), Some("u1".into())), &WRITING),
            (Act::VouchFor("u2".into(), Some("u3".into())), &[Operations, Leader]),
            (Act::PassOnBookOf("u1".into(), None), &[Rep, SalesManager, Operations, Leader]),
            (Act::PassOnBookOf("u2".into(), Some("u1".into())), &WRITING),
            (Act::PassOnBookOf("u2".into(), Some("u3".into())), &[Operations, Leader]),
            (Act::AnswerHandoffOf(None, vec![]), &[Rep, SalesManager]),
            (Act::AnswerHandoffOf(Some("u2".into()), vec!["u3".into()]), &[SalesManager]),
            (Act::AnswerHandoffOf(Some("u1".into()), vec![]), &WRITING),
            (Act::AnswerHandoffOf(Some("u2".into()), vec!["u3".into(), "u1".into()]), &WRITING),
            (Act::ContestHandoffs, &[Marketer, MarketingManager]),
            (Act::MakeRequests, &WRITING),
            (Act::AnswerRequestOf(vec!["u2".into(), "u1".into()]), &WRITING),
            (Act::AnswerRequestOf(vec!["u2".into()]), &[]),
            (Act::WithdrawRequestOf("u1".into()), &WRITING),
            (Act::WithdrawRequestOf("u2".into()), &[]),
            (Act::ContestRequestOf(vec!["u1".into()]), &WRITING),
            (Act::ContestRequestOf(vec!["u2".into()]), &[]),
            (Act::CommentOnClauses, &WRITING),
            (Act::ContestClauses, &WRITING),
            (Act::CloseActionOf(Some("u1".into())), &Role::ALL),
            (Act::CloseActionOf(None), &[SalesManager, MarketingManager, Operations, Leader]),
            (Act::GiveEvidence, &[Rep, SalesManager, Marketer, MarketingManager]),
            (Act::GiveEvidenceOfSellers, &[Rep, SalesManager]),
            (Act::TakeBackEvidenceOf("u1".into()), &WRITING),
            (Act::TakeBackEvidenceOf("u2".into()), &[SalesManager, MarketingManager]),
            (Act::AnswerDisputes, &[Rep, SalesManager, Marketer, MarketingManager]),
            (Act::SearchLedger, &[Operations, Leader, Auditor]),
            (Act::CheckLedger, &[Operations, Auditor]),
            (Act::AssignLeads, &[SalesManager, Operations]),
            (Act::CorrectLeads, &[SalesManager, Marketer, MarketingManager, Operations]),
            (Act::CorrectOpportunities, &[SalesManager, Operations]),
            (Act::SeeDuplicates, &[SalesManager, MarketingManager, Operations]),
            (Act::MergeLeads, &[SalesManager, MarketingManager, Operations]),
            (Act::KeepViews, &Role::ALL),
            (Act::ShareWithTeam, &[SalesManager, MarketingManager, Operations, Leader]),
            (Act::ShareWithEverybody, &[Operations, Leader]),
        ];
        for (act, expected) in table {
            for role in Role::ALL {
                let allowed = may(&actor(role), &act).is_ok();
                assert_eq!(allowed, expected.contains(&role), "{role:?} {act:?}");
            }
        }
    }

    #[test]
    fn everybody_sees_their_own_figures() {
        for role in Role::ALL {
            assert!(may(&actor(role), &Act::SeeFiguresOf("u1".into())).is_ok(), "{role:?}");
        }
        assert!(may(&actor(Role::Rep), &Act::SeeFiguresOf("u2".into())).is_err());
    }

    #[test]
    fn a_refusal_says_whom_to_ask() {
        let refusal = may(&actor(Role::Rep), &Act::ManagePeople).unwrap_err();
        assert_eq!(refusal.to_string(), "a rep may not let people in: ask revenue operations");
        let refusal = may(&actor(Role::Auditor), &Act::Propose).unwrap_err().to_string();
        assert!(
            refusal.starts_with("an auditor may not propose a text or take one back"),
            "{refusal}"
        );
    }
}
