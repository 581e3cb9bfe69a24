using System.Net.Http.Json;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Server.IntegrationTests.Support;

namespace AfterSales.Video.Server.IntegrationTests;

public sealed class TicketTests(SharedHub shared) : IClassFixture<SharedHub>
{
    [Fact]
    public async Task A_ticket_opens_with_masked_personal_data_closes_and_reopens()
    {
        using var admin = shared.Hub.Admin();
        var ticket = await shared.Hub.TicketAsync();
        Assert.Equal(("王**", "138****4821", "open"), (ticket.BuyerName, ticket.BuyerPhone, ticket.Status));
        Assert.Equal(299.00m, Assert.Single(ticket.OrderLines).UnitPrice);

        var closed = await admin.PostOkAsync<TicketView>($"/api/tickets/{ticket.TicketId}/close", new CloseTicketRequest("resolved"));
        Assert.Equal(("closed", "resolved"), (closed.Status, closed.ClosingReason));
        await admin.PostRefusedAsync($"/api/tickets/{ticket.TicketId}/calls", null, 409, ProblemCodes.TicketClosed);
        var reopened = await admin.PostOkAsync<TicketView>($"/api/tickets/{ticket.TicketId}/reopen", null);
        Assert.Equal(("open", null, null), (reopened.Status, reopened.ClosingReason, reopened.ClosedAt));
    }

    [Fact]
    public async Task Pages_follow_each_other_without_gap_or_repetition()
    {
        await using var hub = await TestHub.StartAsync();
        for (var i = 0; i < 7; i++)
            await hub.TicketAsync($"Ticket {i}");
        using var admin = hub.Admin();

        var seen = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = (await admin.GetFromJsonAsync<TicketPage>($"/api/tickets?limit=3&cursor={cursor}"))!;
            Assert.Equal(7, page.OpenCount);
            seen.AddRange(page.Items.Select(t => t.Subject));
            cursor = page.NextCursor;
        }

        Assert.Equal(Enumerable.Range(0, 7).Reverse().Select(i => $"Ticket {i}"), seen);
    }

    [Theory]
    [InlineData("T-{number}")]
    [InlineData("{number}")]
    [InlineData("espresso")]
    [InlineData("sh-20418")]
    [InlineData("Élodie Martin")]
    [InlineData("élodie martin")]
    [InlineData("0612345678")]
    [InlineData("5678")]
    public async Task A_ticket_is_found_by(string query)
    {
        using var admin = shared.Hub.Admin();
        await shared.Hub.TicketAsync("other", "Someone Else", "19900001111");
        var ticket = await admin.PostOkAsync<TicketView>("/api/tickets", Sample.Ticket("Espresso machine leaks", "Élodie Martin", "06 12 34 56 78", "SH-20418"));
        var text = query.Replace("{number}", ticket.Number[2..], StringComparison.Ordinal);

        var page = (await admin.GetFromJsonAsync<TicketPage>($"/api/tickets?query={Uri.EscapeDataString(text)}"))!;

        Assert.Contains(page.Items, t => t.TicketId == ticket.TicketId);
        Assert.DoesNotContain(page.Items, t => t.Subject == "other");
    }

    [Fact]
    public async Task Stale_notes_are_refused_instead_of_overwriting()
    {
        using var admin = shared.Hub.Admin();
        var ticket = await shared.Hub.TicketAsync();
        var path = $"/api/tickets/{ticket.TicketId}/notes";
        var saved = await (await admin.PutAsJsonAsync(path, new SaveNotesRequest("First", ticket.NotesVersion))).Content.ReadFromJsonAsync<NotesView>();
        Assert.Equal(ticket.NotesVersion + 1, saved!.NotesVersion);

        using var stale = await admin.PutAsJsonAsync(path, new SaveNotesRequest("Second", ticket.NotesVersion));
        await stale.ShouldBeAsync(409, ProblemCodes.TicketNotesConflict);
    }

    [Fact]
    public async Task Names_and_phones_stand_neither_in_the_database_nor_in_the_log()
    {
        const string Name = "Kanarienvogel Zwitscher";
        const string Phone = "15512349876";
        await shared.Hub.TicketAsync("canary", Name, Phone);
        using var admin = shared.Hub.Admin();
        await admin.GetAsync($"/api/tickets?query={Uri.EscapeDataString(Name)}");

        foreach (var path in Directory.EnumerateFiles(shared.Hub.Folder, "*", SearchOption.AllDirectories))
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var text = await new StreamReader(file, System.Text.Encoding.Latin1).ReadToEndAsync();
            Assert.DoesNotContain("Kanarienvogel", text, StringComparison.Ordinal);
            Assert.DoesNotContain(Phone, text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("Kanarienvogel", shared.Hub.Log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Phone, shared.Hub.Log.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"subject":"","buyerName":"A","buyerPhone":"12345678","problemType":"product","platform":"douyin","platformOrderId":"1","orderLines":[]}""")]
    [InlineData("""{"subject":"S","buyerName":"A","buyerPhone":"1","problemType":"product","platform":"douyin","platformOrderId":"1","orderLines":[]}""")]
    [InlineData("""{"subject":"S","buyerName":"A","buyerPhone":"12345678","problemType":"bad","platform":"douyin","platformOrderId":"1","orderLines":[]}""")]
    [InlineData("""{"subject":"S","buyerName":"A","buyerPhone":"12345678","problemType":"product","platform":"douyin","platformOrderId":"1","orderLines":null}""")]
    [InlineData("""{"subject":"S"}""")]
    [InlineData("""{"subject":5}""")]
    [InlineData("null")]
    [InlineData("[")]
    [InlineData("")]
    public async Task A_malformed_ticket_is_refused(string json)
    {
        using var admin = shared.Hub.Admin();
        using var answer = await admin.PostAsync("/api/tickets", new StringContent(json, System.Text.Encoding.UTF8, "application/json"));
        await answer.ShouldBeAsync(400, ProblemCodes.RequestInvalid);
    }
}
