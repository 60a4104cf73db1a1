"""The URL map. Every view named here declares its rule, or `manage.py check` fails."""

from django.urls import path

from troubleshoot.web import notices, own_password
from troubleshoot.web import presence as here
from troubleshoot.web.administrator import accounts, health, hosts
from troubleshoot.web.administrator import host_list as hosts_list
from troubleshoot.web.administrator import people as people_admin
from troubleshoot.web.administrator import sites as administration
from troubleshoot.web.approver import views as approvals
from troubleshoot.web.author import codes, guides, remedies
from troubleshoot.web.employee import case, case_steps, home
from troubleshoot.web.employee import client_report as own_pc
from troubleshoot.web.employee import new_case as case_new
from troubleshoot.web.helpdesk import board_views as board
from troubleshoot.web.helpdesk import case_views as desk
from troubleshoot.web.manager import history, summary
from troubleshoot.web.sign_in import sign_in, sign_out

urlpatterns = [
    path("", home.home, name="home"),
    path("favicon.ico", home.icon, name="icon"),
    path("me", home.me, name="me"),
    path("preview", home.preview, name="preview"),
    path("cases", case.mine, name="my-cases"),
    path("cases/check", case_new.check, name="case-check"),
    path("cases/new", case_new.choose, name="case-new"),
    path("cases/open", case_new.opened, name="case-open"),
    path("cases/<int:number>", case.show, name="case"),
    path("cases/<int:number>/answer", case_steps.answer, name="case-answer"),
    path("cases/<int:number>/help", case_steps.help_, name="case-help"),
    path("cases/<int:number>/plan", case_steps.plan, name="case-plan"),
    path("cases/<int:number>/fix", case_steps.fix, name="case-fix"),
    path("cases/<int:number>/done", case_steps.done, name="case-done"),
    path("cases/<int:number>/stop", case_steps.stop, name="case-stop"),
    path("cases/<int:number>/again", case_steps.again, name="case-again"),
    path("cases/<int:number>/say", case_steps.say, name="case-say"),
    path("cases/<int:number>/rate", case_steps.rate, name="case-rate"),
    path("cases/<int:number>/here", here.here, name="case-here"),
    path("cases/<int:number>/pc", own_pc.page, name="case-pc"),
    path("incidents/<uuid:key>/watch", home.watch, name="incident-watch"),
    path("codes", codes.listed, name="codes"),
    path("codes/<slug:namespace>/<str:first>", codes.shown, name="code"),
    path("codes/<slug:namespace>/<str:first>/<str:extended>", codes.shown, name="code-pair"),
    path("remedies", remedies.listed, name="remedies"),
    path("guides", guides.listed, name="guides"),
    path("guides/<slug:name>", guides.shown, name="guide"),
    path("sign-in", sign_in, name="sign-in"),
    path("sign-out", sign_out, name="sign-out"),
    path("notices", notices.listed, name="notices"),
    path("notices/read", notices.read, name="notices-read"),
    path("theme", notices.theme, name="theme"),
    path("history", history.listed, name="history"),
    path("history.csv", history.download, name="history-file"),
    path("history/cases/<int:number>", history.case, name="history-case"),
    path("summary", summary.shown, name="summary"),
    path("summary.csv", summary.download, name="summary-file"),
    path("summary/monthly", summary.monthly, name="summary-monthly"),
    path("approvals", approvals.listed, name="approvals"),
    path("approvals/away", approvals.away, name="approvals-away"),
    path("approvals/back", approvals.back, name="approvals-back"),
    path("approvals/<uuid:key>", approvals.shown, name="approval"),
    path("approvals/<uuid:key>/approve", approvals.approve, name="approval-approve"),
    path("approvals/<uuid:key>/decline", approvals.decline, name="approval-decline"),
    path("approvals/<uuid:key>/ask", approvals.ask, name="approval-ask"),
    path("board", board.shown, name="board"),
    path("board/incidents", board.begin, name="incident-begin"),
    path("board/incidents/<uuid:key>/end", board.end, name="incident-end"),
    path("desk/new", board.caller, name="desk-new"),
    path("desk/cases/<int:number>", desk.shown, name="desk-case"),
    path("desk/cases/<int:number>/text", desk.text, name="desk-text"),
    path("desk/cases/<int:number>/take", desk.take, name="desk-take"),
    path("desk/cases/<int:number>/back", desk.back, name="desk-back"),
    path("desk/cases/<int:number>/plan", desk.plan, name="desk-plan"),
    path("desk/cases/<int:number>/start", desk.start, name="desk-start"),
    path("desk/cases/<int:number>/done", desk.done, name="desk-done"),
    path("desk/cases/<int:number>/stop", desk.stop, name="desk-stop"),
    path("desk/cases/<int:number>/revert", desk.revert, name="desk-revert"),
    path("desk/cases/<int:number>/read", desk.read, name="desk-read"),
    path("desk/cases/<int:number>/again", desk.again, name="desk-again"),
    path("desk/cases/<int:number>/answer", desk.answer, name="desk-answer"),
    path("desk/cases/<int:number>/say", desk.say, name="desk-say"),
    path("desk/cases/<int:number>/note", desk.note, name="desk-note"),
    path("desk/cases/<int:number>/ask", desk.ask, name="desk-ask"),
    path("desk/cases/<int:number>/close", desk.close, name="desk-close"),
    path("healthz", health.healthz, name="healthz"),
    path("health", health.page, name="health"),
    path("administration", administration.home, name="administration"),
    path("administration/sites", administration.sites, name="admin-sites"),
    path("administration/sites/<uuid:pk>", administration.site, name="admin-site"),
    path("administration/sites/<uuid:pk>/times", administration.times, name="admin-site-times"),
    path("administration/accounts", accounts.listed, name="admin-credentials"),
    path("administration/accounts/<int:pk>", accounts.one, name="admin-credential"),
    path("administration/accounts/<int:pk>/remove", accounts.remove, name="admin-credential-remove"),
    path("administration/people", people_admin.listed, name="admin-people"),
    path("administration/people/new", people_admin.new, name="admin-person-new"),
    path("administration/people/<uuid:pk>", people_admin.person, name="admin-person"),
    path("administration/people/<uuid:pk>/grant", people_admin.grant, name="admin-grant"),
    path("administration/people/<uuid:pk>/revoke/<uuid:grant_pk>", people_admin.revoke, name="admin-revoke"),
    path("administration/people/<uuid:pk>/password", people_admin.password, name="admin-password"),
    path("me/password", own_password.change, name="password"),
    path("administration/people/<uuid:pk>/deactivate", people_admin.deactivate, name="admin-deactivate"),
    path("administration/computers", hosts.listed, name="admin-hosts"),
    path("administration/computers/new", hosts.new, name="admin-host-new"),
    path("administration/computers/import", hosts_list.imported, name="admin-hosts-import"),
    path("administration/computers/<int:pk>", hosts.host, name="admin-host"),
    path("administration/computers/<int:pk>/mode", hosts.mode, name="admin-host-mode"),
    path("administration/computers/<int:pk>/forget", hosts.forget, name="admin-host-forget"),
    path("administration/computers/<int:pk>/test", hosts.test, name="admin-host-test"),
]
