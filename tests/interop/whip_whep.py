#!/usr/bin/python3
"""A WebRTC stack we did not write (aiortc) as a standard WHIP publisher and WHEP player against a running hub.

usage: whip_whep.py publish URL TOKEN MEDIA_FILE SECONDS
       whip_whep.py play    URL TOKEN SECONDS
Prints one JSON object: what was sent, or the frames and the sound level that came out. Ends its session by DELETE.
"""
import asyncio
import json
import sys
import time
from urllib.parse import urljoin

import aiohttp
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaPlayer
from aiortc.mediastreams import MediaStreamError


async def negotiate(http, url, token, peer):
    await peer.setLocalDescription(await peer.createOffer())
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/sdp"}
    async with http.post(url, data=peer.localDescription.sdp, headers=headers) as response:
        body = await response.text()
        if response.status != 201:
            raise SystemExit(f"{response.status}: {body}")
        await peer.setRemoteDescription(RTCSessionDescription(body, "answer"))
        return urljoin(url, response.headers["Location"])


async def until_connected(peer, deadline=10.0):
    end = time.monotonic() + deadline
    while peer.connectionState != "connected":
        if time.monotonic() > end:
            raise SystemExit(f"not connected: {peer.connectionState}")
        await asyncio.sleep(0.02)


async def publish(http, url, token, path, seconds):
    peer, player = RTCPeerConnection(), MediaPlayer(path, loop=True)
    peer.addTrack(player.audio)
    peer.addTrack(player.video)
    location = await negotiate(http, url, token, peer)
    await until_connected(peer)
    print(json.dumps({"event": "connected"}), flush=True)
    await asyncio.sleep(seconds)
    sent = {}
    for report in (await peer.getStats()).values():
        if report.type == "outbound-rtp":
            sent[report.kind] = report.packetsSent
    return peer, location, {"event": "published", "packets": sent}


async def play(http, url, token, seconds):
    peer, seen = RTCPeerConnection(), {"video_frames": 0, "audio_frames": 0, "width": 0, "height": 0, "audio_peak": 0, "lumas": []}
    receivers = [peer.addTransceiver(kind, direction="recvonly").receiver for kind in ("audio", "video")]
    location = await negotiate(http, url, token, peer)
    tracks = [receiver.track for receiver in receivers]  # made with the answer
    await until_connected(peer)
    print(json.dumps({"event": "connected"}), flush=True)

    async def drain(track):
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            if track.kind == "video":
                seen["video_frames"] += 1
                seen["width"], seen["height"] = frame.width, frame.height
                if seen["video_frames"] % 10 == 0:
                    seen["lumas"].append(round(float(frame.to_ndarray(format="gray").mean()), 1))
            else:
                seen["audio_frames"] += 1
                seen["audio_peak"] = max(seen["audio_peak"], int(abs(frame.to_ndarray()).max()))

    tasks = [asyncio.create_task(drain(track)) for track in tracks]
    await asyncio.sleep(seconds)
    for task in tasks:
        task.cancel()
    return peer, location, {"event": "played", **seen}


async def main(verb, url, token, *rest):
    async with aiohttp.ClientSession() as http:
        if verb == "publish":
            peer, location, result = await publish(http, url, token, rest[0], float(rest[1]))
        else:
            peer, location, result = await play(http, url, token, float(rest[0]))
        async with http.delete(location, headers={"Authorization": f"Bearer {token}"}) as response:
            result["delete_status"] = response.status
        await peer.close()
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
