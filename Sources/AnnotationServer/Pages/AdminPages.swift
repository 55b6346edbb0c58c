import Annotation
import StrictJSON

struct AdminPages {
    let page: Page

    func overview(_ users: [User], _ projects: [Project], members: [Int64: Set<Int64>], link: String?, notice: String?) -> HTML {
        let invited: HTML =
            link.map {
                "<p role=\"status\" class=\"notice\">Invitation, shown only now, good for 7 days and one person: <a id=\"link\" href=\"\($0)\">\($0)</a></p>"
            } ?? .none
        let said: HTML = notice.map { "<p role=\"status\" class=\"notice\">\($0)</p>" } ?? .none
        let people: [HTML] = users.map(person)
        let sections: [HTML] = projects.map { section($0, users, members[$0.id] ?? []) }
        return page(
            "Administration",
            """
            \(invited)\(said)<h2>Invite</h2><form method="post" action="/admin/invitations" class="row">\(page.token)
            <label>Role <select name="role">\(roles(.annotator))</select></label>
            <label>Project <select name="project"><option value="">none</option>\(options(projects))</select></label><button>Make a link</button></form>
            <h2>People</h2><div class="wide"><table><thead><tr><th scope="col">Name</th><th scope="col">Alias</th><th scope="col">Role and state</th></tr></thead>
            <tbody>\(people)</tbody></table></div>
            <h2>New project</h2>\(settings(nil))\(sections)
            <h2>Store</h2><p class="actions">\(page.button("/admin/backup", "Back up now")) <a class="button" href="/admin/audit">Audit log</a></p>
            """)
    }

    func audit(_ events: [AuditEvent]) -> HTML {
        let rows: [HTML] = events.map { event in
            """
            <tr><td>\(event.sequence)</td><td>\(time(event.at))</td><td>\(event.actor)</td><td>\(event.kind)</td>
            <td><code>\(event.body.serialized())</code></td></tr>
            """
        }
        return page(
            "Audit log",
            """
            <p>The newest \(events.count) events. Each holds the hash of the one before.</p><div class="wide"><table><thead><tr><th scope="col">No.</th>
            <th scope="col">Time</th><th scope="col">Who</th><th scope="col">What</th><th scope="col">Details</th></tr></thead><tbody>\(rows)</tbody></table></div>
            """)
    }

    private func person(_ user: User) -> HTML {
        let state: HTML = user.isActive ? .none : " selected"
        return """
            <tr><th scope="row">\(user.name)</th><td>\(user.alias)</td><td><form method="post" action="/users/\(user.id)" class="row">\(page.token)
            <label class="hidden" for="role-\(user.id)">Role</label><select id="role-\(user.id)" name="role">\(roles(user.role))</select>
            <label class="hidden" for="state-\(user.id)">State</label><select id="state-\(user.id)" name="active"><option value="1">active</option>
            <option value="0"\(state)>closed</option></select><button>Change</button></form></td></tr>
            """
    }

    private func section(_ project: Project, _ users: [User], _ members: Set<Int64>) -> HTML {
        let rows: [HTML] = users.filter { $0.isActive }.map { user in
            let isMember = members.contains(user.id)
            let fields = [("user", String(user.id)), ("member", isMember ? "0" : "1")]
            return "<li>\(user.name): \(page.button("/projects/\(project.id)/members", isMember ? "Take out" : "Put in", fields))</li>"
        }
        return """
            <details><summary>\(project.name)</summary><h3>Members</h3><ul>\(rows)</ul><h3>Settings</h3>\(settings(project))</details>
            """
    }

    private func settings(_ project: Project?) -> HTML {
        let values = project?.settings ?? ProjectSettings()
        let action = project.map { "/projects/\($0.id)/settings" } ?? "/admin/projects"
        let fields: [HTML] = SettingsForm.fields(values).map { field in
            "<label>\(field.label) <input name=\"\(field.name)\" value=\"\(field.value)\" inputmode=\"decimal\" required></label>"
        }
        let orders: [HTML] = ProjectSettings.Order.allCases.map { order in
            let selected: HTML = order == values.order ? " selected" : .none
            return "<option value=\"\(order.rawValue)\"\(selected)>\(order == .random ? "random" : "nearest to zero cost first")</option>"
        }
        return """
            <form method="post" action="\(action)" class="stack">\(page.token)<label>Name <input name="name" value="\(project?.name ?? "")" required maxlength="80"></label>
            \(fields)<label>Order <select name="order">\(orders)</select></label><button>\(project == nil ? "Make the project" : "Save")</button></form>
            """
    }

    private func roles(_ chosen: UserRole) -> HTML {
        HTML(
            UserRole.allCases.map { role in
                let selected: HTML = role == chosen ? " selected" : .none
                return "<option value=\"\(role.rawValue)\"\(selected)>\(role.rawValue)</option>"
            })
    }

    private func options(_ projects: [Project]) -> HTML {
        HTML(projects.map { "<option value=\"\($0.id)\">\($0.name)</option>" })
    }
}

/// A project's settings as fields of a form.
enum SettingsForm {
    static func fields(_ settings: ProjectSettings) -> [(name: String, label: String, value: String)] {
        [
            ("overlap", "Annotators per item", "\(settings.overlap)"), ("gold_every", "A gold item after this many", "\(settings.goldEvery)"),
            ("calibration_pass", "Calibration passed from (0 … 1)", "\(settings.calibrationPass)"),
            ("exposures", "Pictures a day", "\(settings.exposuresPerDay)"), ("break", "Break after minutes", "\(settings.breakMinutes)"),
            ("claim", "Given back after minutes", "\(settings.claimMinutes)"), ("control", "Share at random (0 … 1)", "\(settings.controlShare)"),
        ]
    }

    static func read(_ form: Form) throws -> ProjectSettings {
        var settings = ProjectSettings()
        settings.overlap = try form.integer("overlap")
        settings.goldEvery = try form.integer("gold_every")
        settings.calibrationPass = try form.number("calibration_pass")
        settings.exposuresPerDay = try form.integer("exposures")
        settings.breakMinutes = try form.integer("break")
        settings.claimMinutes = try form.integer("claim")
        settings.controlShare = try form.number("control")
        guard let order = ProjectSettings.Order(rawValue: try form("order")) else { throw RequestError.invalid("there is no such order") }
        settings.order = order
        return settings
    }
}
