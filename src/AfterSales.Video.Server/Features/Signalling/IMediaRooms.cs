using AfterSales.Video.Sfu.Rooms;

namespace AfterSales.Video.Server.Features.Signalling;

/// <summary>Opens rooms on this node's media loops; their events reach the call of the same id.</summary>
internal interface IMediaRooms
{
    /// <summary>Null when the node carries no more.</summary>
    Task<IRoom?> OpenAsync(string roomId, CancellationToken ct);
}
