import Annotation
import Foundation

struct ProjectPages {
    let page: Page

    func list(_ projects: [(project: Project, complete: Int, items: Int, own: Int)]) -> HTML {
        let rows: [HTML] = projects.map { found in
            """
            <tr><th scope="row"><a href="/projects/\(found.project.id)">\(found.project.name)</a></th>
            <td>\(meter(found.complete, found.items))</td><td>\(found.own)</td></tr>
            """
        }
        let none: HTML = projects.isEmpty ? "<p>You are in no project yet.</p>" : .none
        return page(
            "Projects",
            """
            \(none)<table><thead><tr><th scope="col">Project</th><th scope="col">Complete items</th><th scope="col">Your answers</th></tr></thead>
            <tbody>\(rows)</tbody></table>
            """)
    }

    /// What everybody in a project sees, and for reviewers how far it is.
    func project(_ project: Project, share: (complete: Int, items: Int, own: Int), progress: ProjectProgress?, user: User, notice: String?) -> HTML {
        let said: HTML = notice.map { "<p role=\"status\" class=\"notice\">\($0)</p>" } ?? .none
        return page(
            project.name,
            """
            \(said)<p>\(meter(share.complete, share.items)) You have answered \(share.own).</p>
            <p class="actions">\(page.button("/projects/\(project.id)/next", "Next item", style: "primary"))
            <a class="button" href="/projects/\(project.id)/history">Your answers</a>\(reviewLinks(project, user))</p>
            \(progress.map { dashboard(project, $0, user) } ?? .none)
            """)
    }

    func history(_ project: Project, _ answers: [(id: Int64, key: String, at: Int64, version: Int)]) -> HTML {
        let rows: [HTML] = answers.map { answer in
            """
            <tr><td><a href="/assignments/\(answer.id)">\(answer.key)</a></td><td>\(time(answer.at))</td><td>\(answer.version)</td></tr>
            """
        }
        return page(
            "Your answers in \(project.name)",
            """
            <p><a href="/projects/\(project.id)">Back to the project</a></p><table><thead><tr><th scope="col">Item</th>
            <th scope="col">First answered</th><th scope="col">Versions</th></tr></thead><tbody>\(rows)</tbody></table>
            """)
    }

    private func reviewLinks(_ project: Project, _ user: User) -> HTML {
        guard user.role >= .reviewer else { return .none }
        return """
            <a class="button" href="/projects/\(project.id)/review">Review</a> <a class="button" href="/projects/\(project.id)/agreement">Agreement</a>
            """
    }

    private func dashboard(_ project: Project, _ progress: ProjectProgress, _ user: User) -> HTML {
        let rows: [HTML] = progress.annotators.map { annotator in
            """
            <tr><th scope="row">\(annotator.name)<br><small>\(annotator.alias)</small></th><td>\(annotator.answers)</td><td>\(annotator.skips)</td>
            <td>\(annotator.exposures) of \(project.settings.exposuresPerDay)</td><td>\(percent(annotator.goldAgreement))</td>
            <td>\(annotator.seconds.map { String(Int($0.rounded())) } ?? "–")</td><td>\(clearing(project, annotator))</td></tr>
            """
        }
        let exports: HTML =
            user.role == .admin
            ? """
            <h2>Export</h2><p class="actions"><a class="button" href="/projects/\(project.id)/pairs.parquet">Pairs (Parquet)</a>
            <a class="button" href="/projects/\(project.id)/ratings.jsonl">Ratings (JSONL)</a></p>
            """ : .none
        return """
            <h2>Progress</h2><dl class="figures"><div><dt>Items</dt><dd>\(progress.items)</dd></div><div><dt>Complete</dt><dd>\(progress.complete)</dd></div>
            <div><dt>Answers</dt><dd>\(progress.answers) of \(progress.answersWanted)</dd></div><div><dt>Decided</dt><dd>\(progress.decided)</dd></div>
            <div><dt>Gold</dt><dd>\(progress.goldItems)</dd></div><div><dt>Calibration</dt><dd>\(progress.calibrationItems)</dd></div></dl>
            <div class="wide"><table><thead><tr><th scope="col">Annotator</th><th scope="col">Answers</th><th scope="col">Skipped</th>
            <th scope="col">Pictures today</th><th scope="col">Known labels right</th><th scope="col">Seconds an item</th>
            <th scope="col">Calibration</th></tr></thead><tbody>\(rows)</tbody></table></div>\(exports)
            """
    }

    private func clearing(_ project: Project, _ annotator: ProjectProgress.Annotator) -> HTML {
        guard annotator.isMember else { return "left" }
        if annotator.isCleared { return "cleared" }
        return page.button("/projects/\(project.id)/clear", "Clear", [("user", String(annotator.user))])
    }

    private func meter(_ complete: Int, _ items: Int) -> HTML {
        """
        <meter min="0" max="\(max(items, 1))" value="\(complete)" aria-label="complete items"></meter> \(complete) of \(items)
        """
    }
}

/// "87 %", or a dash.
func percent(_ share: Double?) -> String { share.map { "\(Int(($0 * 100).rounded())) %" } ?? "–" }

/// "2026-11-24 15:04 UTC".
func time(_ milliseconds: Int64) -> String {
    let written = Date(timeIntervalSince1970: Double(milliseconds) / 1000)
        .formatted(.iso8601.year().month().day().dateTimeSeparator(.space).time(includingFractionalSeconds: false))
    return String(written.prefix(16)) + " UTC"
}
