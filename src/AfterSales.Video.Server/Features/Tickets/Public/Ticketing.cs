using System.Text.Json;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Domain.Tickets;
using AfterSales.Video.Server.Data;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Tickets.Public;

/// <summary>Opens and changes tickets of the scope's tenant.</summary>
internal sealed class Ticketing(HubDbContext db, TenantScope tenant, PersonalDataProtector personal, TimeProvider time)
{
    private const long FirstNumber = 1001;
    private const int Attempts = 5;

    public Task<TicketRow?> FindAsync(string ticketId, CancellationToken ct) =>
        db.Set<TicketRow>().FirstOrDefaultAsync(t => t.Id == ticketId, ct);

    public async Task<TicketRow> OpenAsync(OpenTicketRequest request, CancellationToken ct)
    {
        var digits = Masking.Digits(request.BuyerPhone);
        var now = time.GetUtcNow();
        var row = new TicketRow
        {
            Id = Ids.New(time),
            TenantId = tenant.TenantId,
            Number = await NextNumberAsync(ct),
            Status = "open",
            Subject = request.Subject.Trim(),
            SubjectFolded = request.Subject.Trim().ToUpperInvariant(),
            BuyerNameProtected = personal.Protect(request.BuyerName.Trim()),
            BuyerPhoneProtected = personal.Protect(request.BuyerPhone.Trim()),
            BuyerNameIndex = personal.Index(tenant.TenantId, "name", request.BuyerName),
            BuyerPhoneIndex = personal.Index(tenant.TenantId, "phone", digits),
            BuyerPhoneTailIndex = personal.Index(tenant.TenantId, "phone-tail", digits.Length >= 4 ? digits[^4..] : ""),
            ProblemType = request.ProblemType,
            Platform = request.Platform,
            PlatformOrderId = request.PlatformOrderId.Trim(),
            PlatformOrderIdFolded = request.PlatformOrderId.Trim().ToUpperInvariant(),
            OrderLinesJson = JsonSerializer.Serialize(request.OrderLines, JsonSerializerOptions.Web),
            Notes = "",
            NotesVersion = 1,
            OpenedAt = now,
            UpdatedAt = now,
        };
        db.Add(row);
        await db.SaveChangesAsync(ct);
        return row;
    }

    /// <summary>Repeats the change when another one came between; false when there is no such ticket.</summary>
    public async Task<(TicketRow? Row, string? Refusal)> ChangeAsync(string ticketId, Func<TicketRow, string?> change, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            db.ChangeTracker.Clear();
            var row = await FindAsync(ticketId, ct);
            if (row is null)
                return (null, ProblemCodes.TicketNotFound);
            if (change(row) is { } refusal)
                return (row, refusal);
            row.UpdatedAt = time.GetUtcNow();
            row.Version++;
            try
            {
                await db.SaveChangesAsync(ct);
                return (row, null);
            }
            catch (DbUpdateConcurrencyException) when (attempt < Attempts)
            {
                // Read again and decide again.
            }
        }
    }

    public string MaskedName(TicketRow row) => Masking.Name(personal.Unprotect(row.BuyerNameProtected));

    public string MaskedPhone(TicketRow row) => Masking.Phone(personal.Unprotect(row.BuyerPhoneProtected));

    public static IReadOnlyList<OrderLine> OrderLines(TicketRow row) =>
        JsonSerializer.Deserialize<List<OrderLine>>(row.OrderLinesJson, JsonSerializerOptions.Web) ?? [];

    private async Task<long> NextNumberAsync(CancellationToken ct)
    {
        var next = await db.Database.SqlQuery<long>($"""
            INSERT INTO counters (tenant_id, name, value) VALUES ({tenant.TenantId}, 'ticket', {FirstNumber})
            ON CONFLICT (tenant_id, name) DO UPDATE SET value = counters.value + 1
            RETURNING value
            """).ToListAsync(ct);
        return next[0];
    }
}
