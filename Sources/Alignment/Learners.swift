public import Torch

/// A network that learns in two halves, so that several can move together or not at all.
public protocol Learner: AnyObject {
    /// Adds the gradients of `loss` to those already gathered; returns the global norm of all of them.
    func accumulate(_ loss: Tensor) throws -> Double
    /// Takes one optimiser step along the gathered gradients and forgets them.
    func apply() throws
    /// Forgets the gathered gradients; nothing else changes.
    func discard() throws
}

/// π_θ, the policy that is being aligned.
public protocol TrainablePolicy<Inputs>: Learner {
    associatedtype Inputs: RowSelectable
    /// Log-probabilities (with a graph) and entropies of the responses, `[B, T]`.
    func logProbs(of responses: Responses<Inputs>) throws -> ResponseLogProbs
}

/// V, a critic.
public protocol TrainableCritic<Inputs>: Learner {
    associatedtype Inputs: RowSelectable
    /// `[B, T]` with a graph: what is expected before each response token is written (see `response(_:of:)`).
    func values(of responses: Responses<Inputs>) throws -> Tensor
}

/// The networks of plain PPO.
public struct ActorCritic<Inputs: RowSelectable> {
    public let policy: any TrainablePolicy<Inputs>
    public let rewardCritic: any TrainableCritic<Inputs>

    public init(policy: any TrainablePolicy<Inputs>, rewardCritic: any TrainableCritic<Inputs>) {
        (self.policy, self.rewardCritic) = (policy, rewardCritic)
    }
}

/// The networks of PPO-Lagrangian: one critic for what is wanted, one for what is bounded.
public struct ActorCritics<Inputs: RowSelectable> {
    public let policy: any TrainablePolicy<Inputs>
    public let rewardCritic: any TrainableCritic<Inputs>
    public let costCritic: any TrainableCritic<Inputs>

    public init(
        policy: any TrainablePolicy<Inputs>, rewardCritic: any TrainableCritic<Inputs>,
        costCritic: any TrainableCritic<Inputs>
    ) {
        (self.policy, self.rewardCritic, self.costCritic) = (policy, rewardCritic, costCritic)
    }
}
