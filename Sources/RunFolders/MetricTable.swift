extension MetricName {
    /// Every metric, grouped as in the docs. λ, Â, V, ρ and β are those of the paper.
    public static let table: [MetricName] = [
        // What the score models say of the rollout
        MetricName("reward/mean", "score", "reward model's R, mean over the responses of the step; higher is more helpful"),
        MetricName("reward/shaped_mean", "score", "R less penalties and less λ·C under a fixed λ: what the policy is trained on, mean"),
        MetricName("reward/std", "score", "standard deviation of R over the responses of the step"),
        MetricName("reward/with_kl_mean", "score", "R with the KL penalty, summed over tokens, mean over responses"),
        MetricName("reward/advantage_mean", "score", "reward advantage Â_R, mean over tokens"),
        MetricName("reward/return_mean", "score", "target of the reward critic, mean over tokens"),
        MetricName("reward/value_mean", "score", "reward critic V_R when the rollout was made, mean over tokens"),
        MetricName("cost/mean", "score", "cost C, mean over the responses of the step; above 0 is harmful"),
        MetricName("cost/with_kl_mean", "score", "C with the KL penalty, summed over tokens, mean over responses"),
        MetricName("cost/window_mean", "score", "mean cost of the last episodes, what λ is moved by"),
        MetricName("cost/limit", "score", "the limit d on the mean cost"),
        MetricName("cost/advantage_mean", "score", "cost advantage Â_C, mean over tokens"),
        MetricName("cost/return_mean", "score", "target of the cost critic, mean over tokens"),
        MetricName("cost/value_mean", "score", "cost critic V_C when the rollout was made, mean over tokens"),

        // The multiplier
        MetricName("lagrange/lambda", "–", "multiplier λ of the cost, as used in this step"),
        MetricName("lagrange/log_lambda", "–", "ln λ"),

        // The policy
        MetricName("ppo/kl", "nats", "log π_old − log π_ref, summed over tokens, mean over responses"),
        MetricName("ppo/kl_mean_token", "nats", "log π_old − log π_ref, mean over tokens"),
        MetricName("ppo/policy_loss", "–", "clipped surrogate loss, mean over the updates of the step"),
        MetricName(
            "ppo/ratio_mean", "–", "probability ratio ρ, mean over tokens and updates; 1 before the first update"),
        MetricName("ppo/clip_fraction", "share", "tokens whose ρ left 1 ± ε, mean over updates"),
        MetricName("ppo/entropy", "nats", "entropy of the policy a token, mean over updates"),
        MetricName("ppo/advantage_mean", "score", "combined advantage Â, mean over tokens"),
        MetricName("ppo/advantage_std", "score", "standard deviation of Â over tokens"),
        MetricName("ppo/gradient_norm", "–", "global gradient norm of the policy before clipping, mean over updates"),
        MetricName("ppo/supervised_loss", "nats", "supervised loss that is mixed in, a token, mean over updates"),

        // The critics
        MetricName("critic/reward_loss", "score²", "loss of the reward critic, mean over updates"),
        MetricName("critic/cost_loss", "score²", "loss of the cost critic, mean over updates"),
        MetricName("critic/reward_gradient_norm", "–", "gradient norm of the reward critic before clipping"),
        MetricName("critic/cost_gradient_norm", "–", "gradient norm of the cost critic before clipping"),

        // The responses
        MetricName("response/length_mean", "tokens", "tokens a response, mean over the step"),
        MetricName("response/length_max", "tokens", "tokens of the longest response of the step"),
        MetricName("response/truncated_fraction", "share", "responses that were cut at the limit of length"),

        // Supervised, score and preference training
        MetricName("train/loss", "–", "loss of the step's batch; its formula is that of the command"),
        MetricName("train/accuracy", "share", "pairs of the batch that the model orders as the labels do"),
        MetricName("train/epoch", "epochs", "passes over the data so far, in fractions"),
        MetricName("sft/token_accuracy", "share", "response tokens that were the model's most likely ones"),

        // The guard
        MetricName("guard/unsafe_loss", "nats", "binary cross-entropy of harm, mean over the rows whose label is known"),
        MetricName("guard/level_loss", "nats", "cross-entropy of the level, weighted by how rare a level is"),
        MetricName("guard/category_loss", "nats", "cross-entropy of the category, mean over harmful rows"),
        MetricName("guard/refusal_loss", "nats", "binary cross-entropy of refusal, mean over responses"),
        MetricName("guard/unsafe_accuracy", "share", "rows of the batch whose harm is told right"),
        MetricName("guard/level_accuracy", "share", "rows of the batch whose level is told right"),

        // Optimisation
        MetricName("optim/learning_rate", "–", "learning rate of the step; in PPO that of the policy"),
        MetricName("optim/critic_learning_rate", "–", "learning rate of the critics"),
        MetricName("optim/gradient_norm", "–", "global gradient norm before clipping"),
        MetricName("steps/refused", "steps", "steps so far whose numbers were not finite and that changed nothing"),
        MetricName("steps/refused_now", "0 or 1", "whether this step was refused"),

        // Evaluation on held-out data
        MetricName("eval/loss", "–", "loss on held-out data"),
        MetricName("eval/ranking_accuracy", "share", "held-out pairs ordered as the labels do, ties counted half"),
        MetricName("eval/sign_accuracy", "share", "held-out responses whose cost has the sign of their label"),
        MetricName("eval/auc", "share", "area under the ROC curve of held-out scores; ½ is chance"),
        MetricName("eval/score_mean", "score", "held-out scores, mean"),
        MetricName("eval/score_std", "score", "held-out scores, standard deviation"),

        // The machine
        MetricName("throughput/samples_per_second", "1/s", "samples (or responses) worked through a second"),
        MetricName("throughput/tokens_per_second", "1/s", "tokens worked through a second, padding not counted"),
        MetricName("memory/resident_bytes", "bytes", "memory of the process that is resident"),
    ]
}
