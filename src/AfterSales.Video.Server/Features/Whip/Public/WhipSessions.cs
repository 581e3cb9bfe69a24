using System.Collections.Concurrent;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Domain.Calls;
using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Calls.Public;
using AfterSales.Video.Server.Features.Signalling.Public;
using AfterSales.Video.Sfu.Rooms;

namespace AfterSales.Video.Server.Features.Whip.Public;

internal enum WhipKind
{
    /// <summary>WHIP, RFC 9725.</summary>
    Publish,

    /// <summary>WHEP (draft-ietf-wish-whep).</summary>
    Play,
}

/// <param name="Offer">The last accepted offer: an ICE restart by PATCH brings only new credentials for it.</param>
/// <param name="Tag">Entity tag of the ICE session.</param>
internal sealed record WhipSession(string SessionId, WhipKind Kind, MediaGrant Grant, LiveCall Call, Place Place, string Offer, string Tag);

/// <summary>The sessions of standard clients: a place in a call without a page.</summary>
internal sealed class WhipSessions(LiveCalls live, IServiceScopeFactory scopes)
{
    private readonly ConcurrentDictionary<string, WhipSession> _sessions = new(StringComparer.Ordinal);

    public static string ParticipantId(MediaGrant grant, WhipKind kind) =>
        (kind == WhipKind.Publish ? "w-" : "v-") + Ids.Sha256(grant.GrantId)[..16];

    /// <summary>Takes the place of the token (an older session of it ends) and answers the offer.</summary>
    public async Task<(WhipSession? Session, NegotiationResult? Result, string? Refusal)> OpenAsync(MediaGrant grant, WhipKind kind, string offer, CancellationToken ct)
    {
        await using var scope = scopes.CreateTenantScope(grant.TenantId);
        var calls = scope.ServiceProvider.GetRequiredService<CallStore>();
        if (await FindCallAsync(calls, grant, ct) is not { } row)
            return (null, null, ProblemCodes.CallEnded);
        var call = live.GetOrAdd(row);
        using var turn = await call.EnterAsync(ct);
        // The call may have ended while this client waited for its turn.
        if (call.HasEnded || await FindCallAsync(calls, grant, ct) is not { } current)
        {
            live.Forget(call);
            return (null, null, ProblemCodes.CallEnded);
        }

        if (await scope.ServiceProvider.GetRequiredService<CallFlow>().EnsureRecordedAsync(call, current, ct) is { } unrecorded)
            return (null, null, unrecorded);
        var participantId = ParticipantId(grant, kind);
        if (call.Find(participantId) is { } former)
            await call.RemoveAsync(former, "replaced", ct);
        var newcomer = new Place(participantId, participantId, grant.Role, grant.DisplayName) { IsProgram = true };
        var spec = new ParticipantSpec(participantId, grant.Role) { OwnerId = grant.GrantId, MayPublish = kind == WhipKind.Publish, MaySubscribe = kind == WhipKind.Play };
        var (place, _, refusal) = await call.JoinAsync(newcomer, null, spec, ct);
        if (place is null)
            return (null, null, refusal);
        var result = await call.Room!.NegotiateAsync(participantId, offer, ct);
        if (!result.Accepted)
        {
            await call.RemoveAsync(place, "left", CancellationToken.None);
            return (null, result, ProblemCodes.SdpRefused);
        }

        var session = new WhipSession(Ids.NewSecret(), kind, grant, call, place, offer, Ids.NewSecret()[..16]);
        _sessions[session.SessionId] = session;
        return (session, result, null);
    }

    /// <summary>Null for an unknown session, one of another token, or one whose place is gone.</summary>
    public WhipSession? Find(string sessionId, WhipKind kind, MediaGrant grant)
    {
        if (!_sessions.TryGetValue(sessionId, out var session) || session.Kind != kind || session.Grant.GrantId != grant.GrantId)
            return null;
        if (!session.Call.HasEnded && session.Call.Find(session.Place.ParticipantId) == session.Place)
            return session;
        _sessions.TryRemove(sessionId, out _);
        return null;
    }

    public async Task<(WhipSession Session, NegotiationResult Result)> RestartAsync(WhipSession session, string offer, CancellationToken ct)
    {
        var result = await session.Call.Room!.NegotiateAsync(session.Place.ParticipantId, offer, ct);
        if (!result.Accepted)
            return (session, result);
        var restarted = session with { Offer = offer, Tag = Ids.NewSecret()[..16] };
        _sessions[session.SessionId] = restarted;
        return (restarted, result);
    }

    public async Task CloseAsync(WhipSession session)
    {
        if (_sessions.TryRemove(session.SessionId, out _) && !session.Call.HasEnded)
            await session.Call.RemoveAsync(session.Place, "left", CancellationToken.None);
    }

    /// <summary>Sessions whose call or place is gone; asked from time to time by the sweeper.</summary>
    public void Prune()
    {
        foreach (var session in _sessions.Values)
            Find(session.SessionId, session.Kind, session.Grant);
    }

    private static async Task<CallRow?> FindCallAsync(CallStore calls, MediaGrant grant, CancellationToken ct) =>
        await calls.FindAsync(grant.CallId, ct) is { Phase: not CallPhase.Ended } row ? row : null;
}
