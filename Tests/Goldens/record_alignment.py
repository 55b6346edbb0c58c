"""Records alignment.json: losses, advantages and gradients for AlignmentTests, on inputs made here.

Written from the equations alone, one response and one token at a time in float64, so that it shares neither layout,
masking nor vectorisation with the package. Run with torch 2.13.0 (CPU): python record_alignment.py
"""

import json
import math
import pathlib
import random

import torch

torch.set_default_dtype(torch.float64)
draw = random.Random(20250322)

VOCABULARY = 7
PROMPTS = [3, 1, 2, 4]
RESPONSES = [5, 1, 3, 2]
LENGTH = max(p + r for p, r in zip(PROMPTS, RESPONSES)) + 1  # one column is padding in every row
BETA, CLIP, SCORE_CLIP, VALUE_CLIP, GAMMA, GAE = 0.02, 0.2, 50.0, 5.0, 0.99, 0.95
LAMBDA = 1.7


def numbers(count, scale=1.0):
    return [round(draw.gauss(0, scale), 4) for _ in range(count)]


def table(rows, columns, scale=1.0):
    return [numbers(columns, scale) for _ in range(rows)]


def log_probs(logits, tokens, row):
    """log softmax by its definition, token by token."""
    found = []
    for t in range(RESPONSES[row]):
        position = PROMPTS[row] + t
        scores = logits[row][position - 1]
        found.append(scores[tokens[row][position]] - torch.log(sum(torch.exp(s) for s in scores)))
    return found


def advantages(signal, values):
    """The estimator as the sum it abbreviates: A_t = sum over k of (gamma lambda)^k delta_(t+k)."""
    count = len(signal)
    deltas = [signal[t] + GAMMA * (values[t + 1] if t + 1 < count else 0.0) - values[t] for t in range(count)]
    return [sum((GAMMA * GAE) ** (k - t) * deltas[k] for k in range(t, count)) for t in range(count)]


def clipped(x, low, high):
    return torch.minimum(torch.maximum(x, torch.tensor(low)), torch.tensor(high))


def record_step():
    tokens = [[draw.randrange(VOCABULARY) for _ in range(LENGTH)] for _ in PROMPTS]
    logits = torch.tensor([table(LENGTH, VOCABULARY) for _ in PROMPTS], requires_grad=True)
    values = {name: torch.tensor(table(len(PROMPTS), LENGTH), requires_grad=True) for name in ("reward", "cost")}
    # Old values lie further away than the clip in places, old log-probabilities further than the ratio's.
    drift = table(len(PROMPTS), max(RESPONSES), 0.3)
    away = table(len(PROMPTS), max(RESPONSES), 0.5)
    shift = {name: table(len(PROMPTS), max(RESPONSES), 6.0) for name in ("reward", "cost")}
    scores = {"reward": numbers(len(PROMPTS), 3), "cost": [60.0] + numbers(len(PROMPTS) - 1, 3)}

    policy_loss, entropies, kls, old, reference = 0, [], [], [], []
    old_values = {"reward": [], "cost": []}
    all_advantages = {"reward": [], "cost": [], "combined": []}
    all_returns = {"reward": [], "cost": []}
    critic_loss = {"reward": 0, "cost": 0}
    for row, count in enumerate(RESPONSES):
        new = log_probs(logits, tokens, row)
        old.append([float(new[t].detach()) + drift[row][t] for t in range(count)])
        reference.append([old[row][t] + away[row][t] for t in range(count)])
        kl = [old[row][t] - reference[row][t] for t in range(count)]
        kls.append(sum(kl))
        for t in range(count):
            distribution = torch.softmax(logits[row][PROMPTS[row] + t - 1].detach(), 0)
            entropies.append(-sum(float(p) * math.log(float(p)) for p in distribution))
        for name, sign in (("reward", -1), ("cost", 1)):
            signal = [sign * BETA * kl[t] + (scores[name][row] if t == count - 1 else 0.0) for t in range(count)]
            signal = [max(-SCORE_CLIP, min(SCORE_CLIP, s)) for s in signal]
            current = [values[name][row][PROMPTS[row] + t - 1] for t in range(count)]
            before = [float(current[t].detach()) + shift[name][row][t] for t in range(count)]
            old_values[name].append(before)
            found = advantages(signal, before)
            all_advantages[name].append(found)
            returns = [a + v for a, v in zip(found, before)]
            all_returns[name].append(returns)
            errors = []
            for t in range(count):
                near = before[t] + clipped(current[t] - before[t], -VALUE_CLIP, VALUE_CLIP)
                errors.append(torch.maximum((current[t] - returns[t]) ** 2, (near - returns[t]) ** 2))
            critic_loss[name] = critic_loss[name] + 0.5 * sum(errors) / count / len(PROMPTS)
        combined = [
            (r - LAMBDA * c) / (1 + LAMBDA) for r, c in zip(all_advantages["reward"][row], all_advantages["cost"][row])
        ]
        all_advantages["combined"].append(combined)
        gains = []
        for t in range(count):
            ratio = torch.exp(new[t] - old[row][t])
            gains.append(torch.minimum(ratio * combined[t], clipped(ratio, 1 - CLIP, 1 + CLIP) * combined[t]))
        policy_loss = policy_loss - sum(gains) / count / len(PROMPTS)
    policy_loss.backward()
    for name in critic_loss:
        critic_loss[name].backward()

    supervised_logits = logits.detach().clone().requires_grad_()
    spoken = [p for row in range(len(PROMPTS)) for p in log_probs(supervised_logits, tokens, row)]
    supervised = -sum(spoken) / len(spoken)
    supervised.backward()

    return {
        "tokens": tokens,
        "promptLengths": PROMPTS,
        "responseLengths": RESPONSES,
        "lambda": LAMBDA,
        "discount": GAMMA,
        "logits": logits.tolist(),
        "rewardValues": values["reward"].tolist(),
        "costValues": values["cost"].tolist(),
        "oldLogProbs": old,
        "refLogProbs": reference,
        "oldRewardValues": old_values["reward"],
        "oldCostValues": old_values["cost"],
        "rewards": scores["reward"],
        "costs": scores["cost"],
        "kl": sum(kls) / len(kls),
        "entropy": sum(entropies) / len(entropies),
        "rewardAdvantages": all_advantages["reward"],
        "costAdvantages": all_advantages["cost"],
        "combinedAdvantages": all_advantages["combined"],
        "rewardReturns": all_returns["reward"],
        "costReturns": all_returns["cost"],
        "policyLoss": policy_loss.item(),
        "policyGradient": logits.grad.tolist(),
        "rewardCriticLoss": critic_loss["reward"].item(),
        "rewardCriticGradient": values["reward"].grad.tolist(),
        "costCriticLoss": critic_loss["cost"].item(),
        "costCriticGradient": values["cost"].grad.tolist(),
        "supervisedLoss": supervised.item(),
        "supervisedGradient": supervised_logits.grad.tolist(),
    }


def log_sigmoid(x):
    return -torch.log(1 + torch.exp(-x))


def record_scores():
    higher = torch.tensor(numbers(5, 2), requires_grad=True)
    lower = torch.tensor(numbers(5, 2), requires_grad=True)
    higher_signs, lower_signs = [3.0, 1.0, 2.0, 0.0, -1.0], [-2.0, 0.0, 1.0, -3.0, -1.0]
    square = (sum(h * h for h in higher) + sum(l * l for l in lower)) / 10

    reward = sum(-log_sigmoid(h - l) for h, l in zip(higher, lower)) / 5 + 0.001 * square
    reward_gradients = torch.autograd.grad(reward, [higher, lower], retain_graph=True)
    sign = sum(-log_sigmoid(s * h) for s, h in zip(higher_signs, higher)) / 5
    sign = sign + sum(-log_sigmoid(s * l) for s, l in zip(lower_signs, lower)) / 5
    cost = reward + 0.7 * sign
    cost_gradients = torch.autograd.grad(cost, [higher, lower])
    return {
        "higher": higher.tolist(),
        "lower": lower.tolist(),
        "higherSigns": higher_signs,
        "lowerSigns": lower_signs,
        "signCoefficient": 0.7,
        "rewardLoss": reward.item(),
        "rewardGradients": [g.tolist() for g in reward_gradients],
        "costLoss": cost.item(),
        "costGradients": [g.tolist() for g in cost_gradients],
    }


def record_preferences():
    chosen, rejected = torch.tensor(numbers(6, 4), requires_grad=True), torch.tensor(numbers(6, 4), requires_grad=True)
    ref_chosen, ref_rejected = torch.tensor(numbers(6, 4)), torch.tensor(numbers(6, 4))
    beta = 0.3
    margins = [(c - rc) - (r - rr) for c, rc, r, rr in zip(chosen, ref_chosen, rejected, ref_rejected)]
    losses = {
        "dpo": [-0.9 * log_sigmoid(beta * m) - 0.1 * log_sigmoid(-beta * m) for m in margins],
        "ipo": [(m - 1 / (2 * beta)) ** 2 for m in margins],
        "hinge": [torch.maximum(torch.tensor(0.0), 1 - beta * m) for m in margins],
    }
    recorded = {}
    for name, terms in losses.items():
        loss = sum(terms) / 6
        gradients = torch.autograd.grad(loss, [chosen, rejected], retain_graph=True)
        recorded[name] = {"loss": loss.item(), "gradients": [g.tolist() for g in gradients]}
    return {
        "chosen": chosen.tolist(),
        "rejected": rejected.tolist(),
        "refChosen": ref_chosen.tolist(),
        "refRejected": ref_rejected.tolist(),
        "beta": beta,
        "dpoLabelSmoothing": 0.1,
        "losses": recorded,
    }


def rounded(x):
    """Nine significant digits: more than float32 holds, less than a megabyte."""
    if isinstance(x, dict):
        return {key: rounded(value) for key, value in x.items()}
    if isinstance(x, list):
        return [rounded(value) for value in x]
    return float(f"{x:.9g}") if isinstance(x, float) else x


if __name__ == "__main__":
    assert torch.__version__.startswith("2.13."), torch.__version__
    recorded = {
        "recordedWith": "torch " + torch.__version__,
        "step": record_step(),
        "scores": record_scores(),
        "preferences": record_preferences(),
    }
    file = pathlib.Path(__file__).parent / "alignment.json"
    file.write_text(json.dumps(rounded(recorded), separators=(",", ":")) + "\n")
