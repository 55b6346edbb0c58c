import Foundation
import Statistics

/// `report.html`: one file, nothing loaded from elsewhere, readable without scripts.
public struct ReportPage {
    private let story: AlignmentStory

    public init(_ story: AlignmentStory) { self.story = story }

    public var html: String {
        """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Safe RLHF-V report</title><style>\(style)</style></head><body><main>
        <h1>Helpful and safe, under a cost limit</h1>
        <p class="lead">\(lead)</p>
        <h2>Policies</h2>\(policyTable)
        <div class="plane">\(HelpfulnessSafetyPlane(story.policies).svg)</div>
        <h2>Training</h2>\(legend)<div class="charts">\(story.curves.map(chart).joined())</div>
        <h2>Reward and cost model</h2>\(modelTable)
        \(guardSection)
        <h2>What they say</h2>\(story.transcripts.map(transcript).joined())
        <h2>Stages</h2>\(stageTable)
        <h2>How this was measured</h2><ul>\(story.notes.map { "<li>\(escaped($0))</li>" }.joined())</ul>
        </main></body></html>

        """
    }

    private var lead: String {
        let seeds = story.seeds.map(String.init).joined(separator: ", ")
        return "Every policy was measured on combinations of picture and request that no training saw. "
            + "Cost limit \(decimal(story.limit, 2)); seed \(seeds). Intervals are 95 %."
    }

    private var policyTable: String {
        let header = PolicyMetric.allCases.map { "<th scope=\"col\">\($0.title)</th>" }.joined()
        let rows = story.policies.enumerated().map { index, policy in
            let cells = PolicyMetric.allCases.map { cell(policy.metrics[$0], $0, policy.tieShares[$0]) }.joined()
            return "<tr><th scope=\"row\">\(swatch(index))\(escaped(policy.title))</th>\(cells)</tr>"
        }
        return "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">policy</th>\(header)</tr></thead><tbody>\(rows.joined())</tbody></table></div>"
    }

    private func cell(_ estimate: Interval?, _ metric: PolicyMetric, _ ties: Double?) -> String {
        guard let estimate else { return "<td>–</td>" }
        let count = "n = \(estimate.n)" + (ties.map { ", ties \(decimal(100 * $0, 0)) %" } ?? "")
        return "<td>\(metric.text(estimate.value))\(range(estimate, metric.text))<small>\(count)</small></td>"
    }

    /// The interval, where there is one.
    private func range(_ estimate: Interval, _ text: (Double) -> String) -> String {
        estimate.low == estimate.high ? "" : "<small>\(text(estimate.low)) … \(text(estimate.high))</small>"
    }

    private var legend: String {
        let names = story.policies.enumerated().map { "<span>\(swatch($0))\(escaped($1.title))</span>" }
        return "<p class=\"legend\">\(names.joined())</p>"
    }

    private func swatch(_ index: Int) -> String { "<i class=\"swatch\" style=\"background:\(SVG.colour(index))\"></i>" }

    private func chart(_ chart: CurveChart) -> String {
        "<figure><figcaption>\(escaped(chart.title))</figcaption>\(LineChart(chart).svg)</figure>"
    }

    private var modelTable: String { figureTable([("reward model", story.rewardModel), ("cost model", story.costModel)]) }

    private var guardSection: String {
        guard let story = story.guardStory else { return "" }
        let legend = story.curve.lines.enumerated().map { "<span>\(swatch($0))\(escaped($1.name))</span>" }.joined()
        return """
            <h2>The guard, and the base policy filtered by it</h2>\(figureTable([("guard", story.figures)]))
            <p class="legend">\(legend)</p><div class="charts">\(chart(story.curve))</div>\(roundsTable(story.regeneration))
            """
    }

    private func roundsTable(_ results: [RegenerationResult]) -> String {
        let header = RegenerationMetric.allCases.map { "<th scope=\"col\">\($0.title)</th>" }.joined()
        let rows = results.map { result in
            let cells = RegenerationMetric.allCases.map { metric in
                guard let estimate = result.metrics[metric] else { return "<td>–</td>" }
                return "<td>\(metric.text(estimate.value))\(range(estimate, metric.text))</td>"
            }
            return "<tr><th scope=\"row\">\(result.rounds == 0 ? "unfiltered" : "\(result.rounds)")</th>\(cells.joined())</tr>"
        }
        return "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">rounds at most</th>\(header)</tr></thead><tbody>\(rows.joined())</tbody></table></div>"
    }

    private func figureTable(_ models: [(String, [(name: String, estimate: Interval)])]) -> String {
        let rows = models.flatMap { model, figures in
            figures.map { figure in
                "<tr><th scope=\"row\">\(model)</th><td>\(escaped(figure.name.replacing("_", with: " ")))</td>"
                    + "<td>\(decimal(figure.estimate.value, 3))\(range(figure.estimate) { decimal($0, 3) })</td><td>\(figure.estimate.n)</td></tr>"
            }
        }
        return "<table><thead><tr><th scope=\"col\">model</th><th scope=\"col\">measure</th><th scope=\"col\">value</th><th scope=\"col\">n</th></tr></thead><tbody>\(rows.joined())</tbody></table>"
    }

    private func transcript(_ transcript: Transcript) -> String {
        let answers = transcript.answers.map { answer in
            "<tr><th scope=\"row\">\(escaped(answer.policy))</th><td>\(escaped(answer.text))</td>"
                + "<td class=\"rate\">helpful \(answer.helpfulRate)</td>"
                + "<td class=\"rate \(answer.harmlessRate < 0 ? "bad" : "")\">harmless \(answer.harmlessRate)</td></tr>"
        }
        return """
            <article><img alt="the picture of the prompt" src="\(dataURL(transcript.picture))"><div>
            <p><b>\(escaped(transcript.kind))</b> \(escaped(transcript.question))</p>
            <table>\(answers.joined())</table></div></article>
            """
    }

    private func dataURL(_ picture: [UInt8]) -> String {
        let type = picture.starts(with: [0x89, 0x50]) ? "png" : "jpeg"
        return "data:image/\(type);base64," + Data(picture).base64EncodedString()
    }

    private var stageTable: String {
        let rows = story.stages.map { stage in
            "<tr><th scope=\"row\">\(escaped(stage.name))</th><td>\(decimal(stage.seconds, 1)) s</td><td>\(stage.peakBytes / 1_048_576) MiB</td></tr>"
        }
        return "<table><thead><tr><th scope=\"col\">stage</th><th scope=\"col\">time</th><th scope=\"col\">peak memory so far</th></tr></thead><tbody>\(rows.joined())</tbody></table>"
    }
}

private let style = """
    :root{color-scheme:light dark;--ink:#1c2024;--soft:#60676e;--line:#d9dde1;--ground:#fff;--bad:#b3261e}
    @media(prefers-color-scheme:dark){:root{--ink:#e6e8ea;--soft:#9aa2aa;--line:#3a4046;--ground:#15181b;--bad:#ff8a80}}
    body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
    main{max-width:1080px;margin:0 auto;padding:32px 20px 64px}
    h1{font-size:30px;margin:0 0 4px}h2{margin:40px 0 12px;font-size:20px}
    .lead{color:var(--soft);margin:0;max-width:70ch}
    table{border-collapse:collapse;font-size:14px}th,td{text-align:left;padding:6px 12px 6px 0;border-bottom:1px solid var(--line);vertical-align:top}
    td small{display:block;color:var(--soft);white-space:nowrap}thead th{color:var(--soft);font-weight:600}tbody th{white-space:nowrap}.scroll{overflow-x:auto}
    svg{width:100%;height:auto;font:12px system-ui,sans-serif}svg text{fill:var(--soft)}svg .name{fill:var(--ink);font-weight:600}
    .grid{stroke:var(--line)}.limit{stroke:var(--bad);stroke-dasharray:5 4}svg .limit-label{fill:var(--bad)}
    .plane{max-width:720px;margin-top:20px}.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(320px,1fr));gap:20px}
    figure{margin:0}figcaption{font-weight:600;margin-bottom:4px}
    .legend span{margin-right:18px;white-space:nowrap}.swatch{display:inline-block;width:12px;height:12px;border-radius:3px;margin-right:6px}
    article{display:flex;gap:18px;padding:14px 0;border-bottom:1px solid var(--line)}article img{width:112px;height:112px;image-rendering:pixelated;border-radius:6px}
    article p{margin:0 0 6px}article b{color:var(--soft);font-weight:600;margin-right:6px}.rate{white-space:nowrap;color:var(--soft)}.bad{color:var(--bad)}
    @media(max-width:560px){article{flex-direction:column}}
    """
