// Between YARN's records and their protobuf messages. Inside this module only.
#pragma once

#include "yarn/proto/records.pb.h"
#include "yarn/proto/services.pb.h"
#include "yarn/records.h"

namespace howdah::yarn::wire {

void put(const ApplicationId& id, proto::ApplicationIdProto* into);
void put(const AttemptId& id, proto::ApplicationAttemptIdProto* into);
void put(const ContainerId& id, proto::ContainerIdProto* into);
void put(const Resource& resource, proto::ResourceProto* into);
void put(const hadoop::Token& token, hadoop::proto::TokenProto* into);

ApplicationId get(const proto::ApplicationIdProto& from);
AttemptId get(const proto::ApplicationAttemptIdProto& from);
ContainerId get(const proto::ContainerIdProto& from);
Resource get(const proto::ResourceProto& from);
hadoop::Token get(const hadoop::proto::TokenProto& from);
net::Address get(const proto::NodeIdProto& from);
AllocatedContainer get(const proto::ContainerProto& from);
ContainerStatus get(const proto::ContainerStatusProto& from);
ApplicationReport get(const proto::ApplicationReportProto& from);
AttemptReport get(const proto::ApplicationAttemptReportProto& from);
ContainerReport get(const proto::ContainerReportProto& from);
NodeReport get(const proto::NodeReportProto& from);
// Deeper than any real hierarchy, a tree of queues is cut.
QueueInfo get(const proto::QueueInfoProto& from, int depth = 0);

proto::YarnApplicationStateProto state_of(ApplicationState state);

}  // namespace howdah::yarn::wire
