"""An admin gives a business that has nobody its owner."""
from app.models import Account, AuditEntry, Language, LinkPurpose, MailedLink, Role, Tenant, TenantConfig
from app.services.tenants import create_tenant
from tests.app.web.conftest import ClientOf, Page

OWNER = {"name": "Neema Mushi", "email": "neema@example.com"}


def duka() -> Tenant:
    """A business that an admin has made."""
    tenant = create_tenant(slug="duka", name="Duka", template="ECOMMERCE", by="ada@example.com")
    TenantConfig.update(language=Language.SW).where(TenantConfig.tenant == tenant).execute()
    return tenant


def test_an_owner_is_invited_by_mail_in_the_language_of_the_bot(client_of: ClientOf, page: Page):
    tenant, ada = duka(), client_of("ada")
    assert "invite its owner" in page(ada, "/admin/tenants/duka").text
    answer = ada.post("/admin/tenants/duka/people", data=OWNER)
    assert (answer.status_code, answer.location) == (303, "/admin/tenants/duka#people")
    neema = Account.get(Account.email == OWNER["email"])
    assert (neema.tenant, neema.role, neema.language) == (tenant, Role.OWNER, Language.SW)
    assert MailedLink.get(MailedLink.account == neema).purpose == LinkPurpose.INVITE
    entry = AuditEntry.get(AuditEntry.action == "account.invite")
    assert (entry.actor, entry.tenant_slug) == ("ada@example.com", "duka")
    shown = page(ada, "/admin/tenants/duka").text
    assert "Neema Mushi" in shown
    assert "Invited" in shown


def test_what_cannot_be_invited_is_said_and_stays_as_it_was_typed(client_of: ClientOf):
    duka()
    answer = client_of("ada").post("/admin/tenants/duka/people", data={"name": "Neema <b>", "email": "neema"})
    assert answer.status_code == 400
    assert 'value="neema"' in answer.text
    assert 'value="Neema &lt;b&gt;"' in answer.text
    assert not Account.select().where(Account.email == "neema").exists()


def test_an_address_that_has_an_account_is_refused(client_of: ClientOf):
    duka()
    answer = client_of("ada").post("/admin/tenants/duka/people", data={"name": "Bob", "email": "bob@example.com"})
    assert answer.status_code == 400
    assert Account.get(Account.email == "bob@example.com").tenant == Tenant.get(Tenant.slug == "acme")


def test_an_invitation_is_mailed_again_until_it_is_taken_up(client_of: ClientOf):
    duka()
    ada = client_of("ada")
    ada.post("/admin/tenants/duka/people", data=OWNER)
    neema = Account.get(Account.email == OWNER["email"])
    assert ada.post(f"/admin/tenants/duka/people/{neema.id}/invitation").status_code == 303
    bob = Account.get(Account.email == "bob@example.com")
    assert ada.post(f"/admin/tenants/duka/people/{bob.id}/invitation").status_code == 404
    refused = ada.post(f"/admin/tenants/acme/people/{bob.id}/invitation",
                       headers={"Referer": "http://localhost/admin/tenants/acme"})
    with ada.session_transaction() as session:
        assert refused.status_code == 303
        assert "bob@example.com has joined already." in session["_flashes"][-1][1]
