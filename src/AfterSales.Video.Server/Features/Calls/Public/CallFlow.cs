using System.Text.Json.Nodes;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Domain.Calls;
using AfterSales.Video.Recording.Capture;
using AfterSales.Video.Server.Features.Custody.Public;
using AfterSales.Video.Server.Features.Recordings.Public;
using AfterSales.Video.Server.Features.Signalling.Public;

namespace AfterSales.Video.Server.Features.Calls.Public;

/// <summary>
/// What happens around a call's events, in order: the database decides, then recording, room, participants and desk follow.
/// Null answers mean there is no such call in the tenant.
/// </summary>
internal sealed partial class CallFlow(
    CallStore store, LiveCalls live, RecordingControl recordings, DeskNotifier desk, CustodyLog custody, TimeProvider time, ILogger<CallFlow> logger)
{
    public Task<CallChange?> OpenLinkAsync(string callId, CancellationToken ct) => StepAsync(callId, session => session.OpenLink(), ct);

    public Task<CallChange?> ReportAsync(string callId, BuyerStep step, CancellationToken ct) => StepAsync(callId, session => session.Report(step), ct);

    public Task<CallChange?> BuyerLeftAsync(string callId, CancellationToken ct) => StepAsync(callId, session => session.BuyerLeft(), ct);

    /// <summary>The journal exists before the call is live, and the tap is on before the buyer's media is let in.</summary>
    public async Task<CallChange?> GiveConsentAsync(string callId, ConsentRecord consent, CancellationToken ct)
    {
        var row = await store.FindAsync(callId, ct);
        if (row is null)
            return null;
        var call = live.GetOrAdd(row);
        using var turn = await call.EnterAsync(ct);
        var before = await store.FindAsync(callId, ct);
        if (before!.ToSession().GiveConsent(consent.At) is { Changed: false } known)
            return new CallChange(before, known.Error, false);
        var recording = await recordings.StartAsync(before, consent, ct);
        var change = await call.PrepareAsync(recording, ct)
            ? await store.ChangeAsync(callId, session => session.GiveConsent(consent.At), changed => Write(changed, consent), ct)
            : new CallChange(before, new CallError.AtCapacity(), false);
        if (change is not { Changed: true })
        {
            await call.UnprepareAsync(recording, CancellationToken.None);
            await recordings.AbandonAsync(recording, CancellationToken.None);
            return change;
        }

        call.GoLive(consent.At);
        var detail = new JsonObject { ["recordingId"] = recording.RecordingId, ["version"] = consent.Version, ["language"] = consent.Language, ["textSha256"] = consent.TextSha256 };
        custody.Post(before.TenantId, CustodyKind.Consent, CustodyActor.Buyer, callId, detail);
        Log.Live(logger, callId);
        await NotifyAsync(change.Row);
        return change;
    }

    /// <summary>
    /// Somebody takes a place. When the call is live and nothing records it, the server crashed: what follows becomes a recording
    /// of its own under the consent that was given. Needs the turn.
    /// </summary>
    /// <returns>Null when it is recorded or need not be, otherwise the problem's code.</returns>
    public async Task<string?> EnsureRecordedAsync(LiveCall call, CallRow row, CancellationToken ct)
    {
        if (call.IsRecorded || row is not { Phase: CallPhase.Live, ConsentAt: { } consentAt })
            return null;
        var consent = new ConsentRecord(row.ConsentVersion!, row.ConsentLanguage!, row.ConsentTextSha256!, consentAt);
        IRecordingSession recording;
        try
        {
            recording = await recordings.StartAsync(row, consent, ct);
        }
        catch (RecorderRefusedException)
        {
            return ProblemCodes.DiskFull;
        }

        if (!await call.PrepareAsync(recording, ct))
        {
            await recordings.AbandonAsync(recording, CancellationToken.None);
            return ProblemCodes.CallsAtCapacity;
        }

        call.Note("continued_after_crash");
        Log.Continued(logger, row.Id);
        await NotifyAsync(row);
        return null;
    }

    public Task<CallChange?> ChoosePhotosAsync(string callId, CancellationToken ct) => EndAsync(callId, session => session.ChoosePhotos(time.GetUtcNow()), ct);

    public Task<CallChange?> DeclineAsync(string callId, CancellationToken ct) => EndAsync(callId, session => session.Decline(time.GetUtcNow()), ct);

    public Task<CallChange?> EndAsync(string callId, CallEndReason reason, CancellationToken ct) =>
        EndAsync(callId, session => session.End(reason, time.GetUtcNow()), ct);

    public async Task<CallChange?> RateAsync(string callId, int stars, string comment, CancellationToken ct)
    {
        var change = await store.ChangeAsync(callId, session => session.Rate(stars, comment), ct);
        if (change is { Changed: true })
            await desk.CallChangedAsync(change.Row.TenantId, callId);
        return change;
    }

    private async Task<CallChange?> StepAsync(string callId, Func<CallSession, CallOutcome> step, CancellationToken ct)
    {
        var change = await store.ChangeAsync(callId, step, ct);
        if (change is not { Changed: true })
            return change;
        live.Find(callId)?.BuyerStepChanged(change.Row.Step);
        await desk.CallChangedAsync(change.Row.TenantId, callId);
        return change;
    }

    private async Task<CallChange?> EndAsync(string callId, Func<CallSession, CallOutcome> end, CancellationToken ct)
    {
        var change = await store.ChangeAsync(callId, end, ct);
        if (change is not { Changed: true })
            return change;
        // From here on the end is a fact: a client that gives up waiting must not leave the room open.
        var reason = Data.Words.Of(change.Row.EndReason!.Value);
        await live.EndAsync(callId, reason, () => recordings.StopAsync(change.Row.TenantId, callId, reason, CancellationToken.None));
        if (change.Row is { ConsentAt: not null, Step: BuyerStep.Declined })
            custody.Post(change.Row.TenantId, CustodyKind.ConsentWithdrawn, CustodyActor.Buyer, callId, []);
        Log.Ended(logger, callId, reason);
        await NotifyAsync(change.Row);
        return change;
    }

    private async Task NotifyAsync(CallRow row)
    {
        await desk.CallChangedAsync(row.TenantId, row.Id);
        await desk.TicketChangedAsync(row.TenantId, row.TicketId);
    }

    private static void Write(CallRow row, ConsentRecord consent)
    {
        row.ConsentVersion = consent.Version;
        row.ConsentLanguage = consent.Language;
        row.ConsentTextSha256 = consent.TextSha256;
        row.ConsentAt = consent.At;
    }

    private static partial class Log
    {
        [LoggerMessage(1202, LogLevel.Information, "Call {CallId} is live: the buyer agreed")]
        public static partial void Live(ILogger logger, string callId);

        [LoggerMessage(1204, LogLevel.Information, "Call {CallId} goes on after a crash, in a further recording")]
        public static partial void Continued(ILogger logger, string callId);

        [LoggerMessage(1203, LogLevel.Information, "Call {CallId} ended: {Reason}")]
        public static partial void Ended(ILogger logger, string callId, string reason);
    }
}

/// <param name="TextSha256">Lower-case hex of the full text in the language it was read in.</param>
internal sealed record ConsentRecord(string Version, string Language, string TextSha256, DateTimeOffset At);
