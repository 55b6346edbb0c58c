import Agreement
import Annotation
import Statistics

/// How far the annotators of a project agree, question by question, and each question by category.
struct AgreementPage {
    let page: Page
    let project: Project
    private let questions: [String]
    private let ratings: [String: [Rating]]

    /// Every answer counts, those about gold and calibration items too.
    init(page: Page, project: Project, _ labels: ProjectLabels) {
        (self.page, self.project) = (page, project)
        var questions: [String] = []
        var ratings: [String: [Rating]] = [:]
        for rating in labels.ratings {
            if ratings[rating.question] == nil { questions.append(rating.question) }
            ratings[rating.question, default: []].append(rating)
        }
        (self.questions, self.ratings) = (questions, ratings)
    }

    func html() -> HTML {
        let rows = questions.map { row($0, report($0, ratings[$0] ?? [])) }
        let none: HTML = questions.isEmpty ? "<p>Nobody has answered yet.</p>" : .none
        return page(
            "Agreement in \(project.name)",
            """
            <p><a href="/projects/\(project.id)">Back to the project</a></p>
            <p>Krippendorff’s α: 1 is perfect agreement, 0 what chance gives. On the scale of the question: words are equal or not, numbers are some
            distance apart. In brackets the 95 % interval over items. Items with one answer tell nothing.</p>\(none)
            \(table("Question", rows))\(questions.map(byCategory))
            """)
    }

    private func byCategory(_ question: String) -> HTML {
        let groups = Dictionary(grouping: ratings[question] ?? []) { $0.category ?? "" }.sorted { $0.key < $1.key }
        let rows = groups.map { category, ratings in row(category, report(question, ratings)) }
        return "<details><summary>\(question) by category</summary>\(table("Category", rows))</details>"
    }

    /// Fewer resamples than the command's: a page is looked at often, and its last digit decides nothing.
    private func report(_ question: String, _ ratings: [Rating]) -> AgreementReport {
        let table = RatingTable(question: question, ratings)
        return AgreementReport(table, only: [.equalPairs, table.scale.alpha], BootstrapSettings(resamples: 200))
    }

    private func table(_ head: String, _ rows: [HTML]) -> HTML {
        """
        <div class="wide"><table><thead><tr><th scope="col">\(head)</th><th scope="col">Items with several answers</th><th scope="col">Answers</th>
        <th scope="col">Equal pairs</th><th scope="col">α</th><th scope="col">Scale</th></tr></thead><tbody>\(rows)</tbody></table></div>
        """
    }

    private func row(_ name: String, _ report: AgreementReport) -> HTML {
        """
        <tr><th scope="row">\(name)</th><td>\(report.comparableItemCount) of \(report.itemCount)</td><td>\(report.answerCount)</td>
        <td>\(percent(report[.equalPairs].flatMap { $0.interval.value.isFinite ? $0.interval.value : nil }))</td>
        <td class="figure">\(alpha(report))</td><td>\(report.scale.rawValue)</td></tr>
        """
    }

    private func alpha(_ report: AgreementReport) -> String {
        guard let interval = report[report.scale.alpha]?.interval, interval.value.isFinite else { return "–" }
        return "\(rounded(interval.value)) (\(rounded(interval.low)) … \(rounded(interval.high)))"
    }

    /// To two places, with a true minus.
    private func rounded(_ value: Double) -> String {
        let hundredths = Int(exactly: (abs(value) * 100).rounded()) ?? 0
        return (value < 0 && hundredths > 0 ? "−" : "") + "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    }
}
